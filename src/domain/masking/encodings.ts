import { encodeText, fitCharset } from '../render/charset.ts';
import type { Pattern } from './pattern-set.ts';
import { plainView } from './text-view.ts';
import { MOST_ESCAPED, unescapeView } from './unescape.ts';

/** Shorter texts stand in an answer by chance; to hide them would spoil the evidence and hide nothing. */
export const SHORTEST_HIDDEN = 4;
/** Fewer digits than these stand in a text by chance once what is between them is left out. */
const FEWEST_DIGITS = 7;

/**
 * What has to be looked for where a text must not be seen: the text itself, as it is in base64 (wherever it begins in a group of
 * three bytes), and as it is in hex. Escapes are not among them, nor is what is encoded twice: that is undone in what is searched
 * (`viewsOf`).
 */
export function encodingsOf(text: string): Pattern[] {
  const plain = unique([
    ...unescapedForms(text),
    text.trim(),
    // As an excerpt shows it.
    text.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    // As they are sent to a buyer that takes no UTF-8.
    fitCharset(text, 'ascii'),
    fitCharset(text, 'latin-1'),
    // UTF-8 that was read as Latin-1.
    Buffer.from(text, 'utf8').toString('latin1'),
  ]).filter((form) => form.length >= SHORTEST_HIDDEN);
  if (plain.length === 0) return [];
  return [...plain.map((form): Pattern => ({ text: form, isCompact: false, padding: 0 })), ...digitsAlone(text), ...unique([text, text.trim()]).flatMap(inBytes)];
}

/** The text, and what is left of it when the escapes that it happens to have are undone as well. */
function unescapedForms(text: string): string[] {
  const forms = [text];
  for (let view = unescapeView(plainView(text)); view !== null && forms.length <= MOST_ESCAPED; view = unescapeView(view)) forms.push(view.slice(0, view.length));
  return forms;
}

function inBytes(text: string): Pattern[] {
  const utf8 = Buffer.from(text, 'utf8');
  const forms = utf8.length === text.length ? [utf8] : [utf8, encodeText(text, 'latin-1')];
  return [
    ...forms.flatMap(base64Cores).map((core): Pattern => ({ text: core, isCompact: true, padding: 1 })),
    ...forms.map((bytes): Pattern => ({ text: Buffer.from(bytes).toString('hex'), isCompact: true, padding: 0 })),
  ].filter(({ text: form }) => form.length >= SHORTEST_HIDDEN);
}

/** The base64 characters that hold these bytes and nothing else, behind no, one or two other bytes. */
function base64Cores(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** A number that people write with separators: `219-09-9999` and `219 09 9999`. */
function digitsAlone(text: string): Pattern[] {
  const digits = text.replace(/\D/g, '');
  return digits.length >= FEWEST_DIGITS && /^[\d\s().+:/,-]+$/.test(text) ? [{ text: digits, isCompact: true, padding: 0 }] : [];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
