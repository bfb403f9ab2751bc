import type { FieldValue } from '../fields/lead.ts';
import type { MappedValue } from '../mapping/apply.ts';
import { valueText } from '../mapping/value.ts';
import type { Charset } from './charset.ts';
import { encodeText, fitCharset } from './charset.ts';

/** One name and its text, as a form or a query carries them. */
export type Parameter = [name: string, text: string];

/**
 * Mapped values as parameters: names as they are, dots included; a list repeats its name, and so do the elements of one (`phones.0`,
 * `phones.1`) at the place of the first; null is an empty text. `[phones.0]` is the name `phones.0` itself.
 */
export function toParameters(values: readonly MappedValue[]): Parameter[] {
  const lists = new Map<string, { name: string; elements: { index: number; value: FieldValue }[] }>();
  for (const { to, value } of values) {
    const [, list, index] = ELEMENT.exec(to) ?? [];
    const quoted = QUOTED.exec(to)?.[1];
    const name = quoted ?? list ?? to;
    // Only elements come together: the same name twice stays where it is.
    const key = list === undefined ? `name ${lists.size}` : `list ${list}`;
    const known = lists.get(key) ?? { name, elements: [] };
    known.elements.push({ index: Number(index ?? 0), value });
    lists.set(key, known);
  }
  return [...lists.values()].flatMap(({ name, elements }) =>
    elements.sort((a, b) => a.index - b.index).flatMap(({ value }) => scalars(value).map((scalar): Parameter => [name, valueText(scalar)])),
  );
}

/** `phones.0`: an element of the list `phones`. */
const ELEMENT = /^(.+)\.(0|[1-9]\d*)$/;
const QUOTED = /^\[([^[\]]+)\]$/;

function scalars(value: FieldValue): FieldValue[] {
  return Array.isArray(value) ? value.flatMap(scalars) : [value];
}

/** An `application/x-www-form-urlencoded` body: blanks are "+". */
export function renderForm(values: readonly MappedValue[], charset: Charset = 'utf-8'): string {
  return joinParameters(toParameters(values), charset, '+');
}

/** Parameters as `name=text&name=text`, percent-encoded in the character set. */
export function joinParameters(parameters: readonly Parameter[], charset: Charset, blank: '+' | '%20'): string {
  return parameters.map(([name, text]) => `${percentEncode(name, charset, blank)}=${percentEncode(text, charset, blank)}`).join('&');
}

/** Percent-encodes everything but letters, digits and `-._~`. */
export function percentEncode(text: string, charset: Charset, blank: '+' | '%20'): string {
  let result = '';
  for (const byte of encodeText(fitCharset(text, charset), charset)) result += byte === BLANK ? blank : (ENCODED[byte] ?? '');
  return result;
}

const BLANK = 0x20;
/** What each byte becomes. */
const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});
