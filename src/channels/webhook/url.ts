import { secretName } from '../../domain/config/secret-reference.ts';
import { checkTemplate } from '../../domain/mapping/template.ts';

/**
 * What is wrong with a destination's URL, or null. It may be a reference to a secret, and hold `{field}` in path and query:
 * a host made from a lead would let whoever sends leads choose where they go.
 */
export function urlProblem(text: string): string | null {
  if (secretName(text) !== null) return null;
  const [, host] = /^https?:\/\/([^/?#\\]*)/i.exec(text) ?? [];
  if (host === undefined) return 'must begin with http:// or https://';
  if (host.includes('{')) return 'fields may stand in the path and the query of a URL, not in its host';
  if (host.includes('@')) return 'credentials do not belong into the URL; write `auth: { type: basic, username: …, password: … }`';
  const template = checkTemplate(text);
  if (template !== null) return `the URL is no template: ${template}`;
  return URL.canParse(text.replaceAll(/\{[^{}]*\}/g, 'x')) ? null : 'is no URL: check host and port';
}
