import { percentEncode } from '../render/form.ts';
import { encodeText } from '../render/charset.ts';

/**
 * A text as it may stand in JSON, XML, a form, a URL or an excerpt, in UTF-8, Latin-1 and ASCII, also JSON or XML within a form: what has to be
 * looked for where it must not be seen. Several of them are mostly the same.
 */
export function spellingsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const xml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const documents = [
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
  ];
  return [...new Set([...documents, ...documents.flatMap(percentEncodings)])];
}

function percentEncodings(text: string): string[] {
  const spaced = percentEncode(text, 'utf-8', '%20');
  return [
    percentEncode(text, 'utf-8', '+'),
    spaced,
    // What encodeURIComponent leaves alone, and what a URL does.
    spaced.replace(/%(?:2[1789A]|7E)/g, (escape) => decodeURIComponent(escape)),
    spaced.replace(/%(?:2[789A])/g, (escape) => decodeURIComponent(escape)),
    percentEncode(text, 'latin-1', '+'),
    percentEncode(text, 'latin-1', '%20'),
  ];
}

function unicodeEscaped(json: string, characters: RegExp): string {
  return json.replace(characters, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
