/** How far into a body an XML declaration or an HTML `meta` may name its charset. */
const DECLARATION_BYTES = 1_024;

const BYTE_ORDER_MARKS: readonly (readonly [charset: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * Decodes a body to text. A byte order mark wins, then the charset of the header, then what an XML declaration or an HTML
 * `meta` names, then UTF-8, and Windows-1252 for bytes that are none. Never fails: what cannot be decoded becomes U+FFFD.
 */
export function decodeText(bytes: Uint8Array, charset: string | null): string {
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  // The decoder takes the mark itself away.
  if (marked) return decodeWith(new TextDecoder(marked[0]), bytes);
  const declared = decoderFor(charset, bytes) ?? decoderFor(declaredInside(bytes), bytes) ?? decoderFor(wideCharset(bytes), bytes);
  if (declared) return decodeWith(declared, bytes);
  return decodeStrictly(bytes) ?? decodeWith(new TextDecoder('windows-1252'), bytes);
}

type Decoder = InstanceType<typeof TextDecoder>;

/** What Windows-1252 has from 0x80 to 0x9f; its five empty places stay control characters. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Some releases of Node decode Windows-1252 as Latin-1, which leaves control characters where quotes and the euro sign belong. */
function decodeWith(decoder: Decoder, bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return decoder.encoding === 'windows-1252' ? text.replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80)) : text;
}

/** Null for a label nobody knows, and for UTF-16 that cannot be: .NET declares it inside bodies that it then sends as UTF-8. */
function decoderFor(label: string | null, bytes: Uint8Array): Decoder | null {
  if (label === null) return null;
  try {
    const decoder = new TextDecoder(label);
    return decoder.encoding.startsWith('utf-16') && !bytes.subarray(0, DECLARATION_BYTES).includes(0) ? null : decoder;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function declaredInside(bytes: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, DECLARATION_BYTES));
  const found = /^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w-]{1,40})["']/i.exec(start) ?? /<meta[^>]{0,200}?\bcharset\s*=\s*["']?([\w-]{1,40})/i.exec(start);
  return found?.[1] ?? null;
}

/** UTF-16 without a mark: the first character of JSON, XML and most text is ASCII, so one of its two bytes is zero. */
function wideCharset(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined || bytes.length % 2 !== 0) return null;
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : null;
}

/** UTF-8 or null; a character that the size limit cut in two at the very end is let pass. */
function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
