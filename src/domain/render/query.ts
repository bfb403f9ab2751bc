import type { MappedValue } from '../mapping/apply.ts';
import type { Charset } from './charset.ts';
import { joinParameters, percentEncode, toParameters } from './form.ts';

/** Adds values to a URL's query. What is there stays: an existing query is continued with "&", a fragment keeps its place at the end. */
export function renderQuery(url: string, values: readonly MappedValue[], charset: Charset = 'utf-8'): string {
  const added = joinParameters(toParameters(values), charset, '%20');
  if (added === '') return url;
  const hash = url.indexOf('#');
  const address = hash === -1 ? url : url.slice(0, hash);
  const fragment = hash === -1 ? '' : url.slice(hash);
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return `${address}${joint}${added}${fragment}`;
}

/**
 * A value for its place in a URL's path or query: it can add no segment, parameter or host. A value of only dots is
 * escaped twice, for `..` would climb out of its folder even when escaped once.
 */
export function escapeForUrl(text: string): string {
  return /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%252E') : percentEncode(text, 'utf-8', '%20');
}
