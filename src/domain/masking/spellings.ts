import { percentEncode } from '../render/form.ts';
import { encodeText } from '../render/charset.ts';

/**
 * A text as it may stand in JSON, XML, a form, a URL or an excerpt, in UTF-8, Latin-1 and ASCII, also JSON or XML within a form: what has to be
 * looked for where it must not be seen. Several of them are mostly the same.
 */
export function spellingsOf(text: string): readonly string[] {
  if (text.length < LONG) return spelled(text);
  const known = remembered.get(text);
  if (known) return known;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const spellings = spelled(text);
  remembered.set(text, spellings);
  return spellings;
}

/** Keys and certificates, the same with every lead: milliseconds each time. */
const LONG = 500;
const MOST_REMEMBERED = 100;
const remembered = new Map<string, readonly string[]>();

function spelled(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const xml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const documents = new Set([
    text,
    text.trim(),
    // As excerpts show it.
    text.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    Buffer.from(encodeText(text, 'ascii')).toString('latin1'),
    json,
    // PHP.
    json.replaceAll('/', String.raw`\/`),
    // Python, Ruby and PHP beyond ASCII; Go for what is markup in HTML.
    unicodeEscaped(json, /[^\u0020-\u007e]/g),
    unicodeEscaped(json, /[^\u0020-\u007e]/g).replaceAll('/', String.raw`\/`),
    unicodeEscaped(json, /[<>&\u2028\u2029]/g),
    unicodeEscaped(json, /[<>&'/]|[^\u0020-\u007e]/g),
    xml,
    xml.replaceAll('"', '&quot;'),
    xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ]);
  return [...new Set([...documents, ...[...documents].flatMap(percentEncodings)])];
}

function percentEncodings(text: string): string[] {
  const spaced = percentEncode(text, 'utf-8', '%20');
  const inUtf8 = [
    spaced.replaceAll('%20', '+'),
    spaced,
    // What encodeURIComponent leaves alone, and what a URL does.
    spaced.replace(/%(?:2[1789A]|7E)/g, (escape) => decodeURIComponent(escape)),
    spaced.replace(/%(?:2[789A])/g, (escape) => decodeURIComponent(escape)),
  ];
  if (!BEYOND_ASCII.test(text)) return inUtf8;
  return [...inUtf8, percentEncode(text, 'latin-1', '+'), percentEncode(text, 'latin-1', '%20')];
}

const BEYOND_ASCII = /[^\u0000-\u007f]/;

function unicodeEscaped(json: string, characters: RegExp): string {
  return json.replace(characters, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
