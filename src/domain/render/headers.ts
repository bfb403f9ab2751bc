import { fitCharset } from './charset.ts';

/** A header as it is sent. */
export type Header = [name: string, value: string];

/** Whether a name can stand in front of a header (RFC 9110, token). */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

/**
 * A text as a header's value: control characters, line breaks above all, are removed, so that no value can add a header or
 * a body; what HTTP headers cannot carry (beyond Latin-1) is transliterated, or "?".
 */
export function headerValue(text: string): string {
  return fitCharset(text.replace(/[\u0080-\u009f]/g, ''), 'latin-1')
    .replace(/\t/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/**
 * Merges headers; names compare without case. A later one replaces an earlier one in its place and with its own spelling.
 * A blank one is not sent and replaces nothing; neither is one whose name is none once unfit characters are removed.
 */
export function mergeHeaders(...groups: readonly (readonly (readonly [name: string, value: string])[])[]): Header[] {
  const merged = new Map<string, Header>();
  for (const [name, value] of groups.flat()) {
    const sentName = name.replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/g, '');
    const sentValue = headerValue(value);
    if (sentName !== '' && sentValue !== '') merged.set(sentName.toLowerCase(), [sentName, sentValue]);
  }
  return [...merged.values()];
}
