/** How a request's text becomes bytes. `ascii` writes letters without their marks; `latin-1` is ISO 8859-1. */
export type Charset = 'utf-8' | 'ascii' | 'latin-1';

/** The name of a character set in a Content-Type header or an XML declaration. */
export function charsetName(charset: Charset): string {
  switch (charset) {
    case 'utf-8':
      return 'utf-8';
    case 'ascii':
      return 'us-ascii';
    case 'latin-1':
      return 'iso-8859-1';
  }
}

/** A run of text that fits a character set, or one character that does not. */
export interface CharsetPiece {
  fits: boolean;
  text: string;
}

/**
 * Takes text apart for a format that has escapes of its own (JSON, XML): what fits is still to be quoted, for
 * transliteration can bring forth quotes and angle brackets; what does not is to be escaped. UTF-8 holds everything.
 * ASCII transliterates (ê becomes e, ß becomes ss); Latin-1 keeps what it has and leaves the rest to escapes.
 */
export function splitByCharset(text: string, charset: Charset): CharsetPiece[] {
  if (charset === 'utf-8') return [{ fits: true, text }];
  const pieces: CharsetPiece[] = [];
  for (const character of text.normalize('NFC')) {
    const fitting = isInCharset(character, charset) ? character : charset === 'ascii' ? transliterate(character) : null;
    const last = pieces.at(-1);
    if (fitting === null) pieces.push({ fits: false, text: character });
    else if (last?.fits === true) last.text += fitting;
    else pieces.push({ fits: true, text: fitting });
  }
  return pieces;
}

/** Makes text fit a character set where there are no escapes: what it lacks is transliterated, or becomes "?". */
export function fitCharset(text: string, charset: Charset): string {
  return splitByCharset(text, charset)
    .map((piece) => (piece.fits ? piece.text : (transliterate(piece.text) ?? '?')))
    .join('');
}

/** Latin-1 without 0x80 to 0x9f: its control characters there are read as others by whoever takes it for Windows-1252, as browsers do. */
function isInCharset(character: string, charset: 'ascii' | 'latin-1'): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0x7f || (charset === 'latin-1' && code >= 0xa0 && code <= 0xff);
}

/** Text as bytes. Text that went through `fitCharset` loses nothing; a lone surrogate becomes U+FFFD in UTF-8. */
export function encodeText(text: string, charset: Charset): Uint8Array {
  return charset === 'utf-8' ? new TextEncoder().encode(text) : Uint8Array.from(Buffer.from(fitCharset(text, charset), 'latin1'));
}

/** Letters and signs that Unicode does not take apart by itself. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D',
    þ: 'th', Þ: 'TH', ħ: 'h', Ħ: 'H', ı: 'i', ŋ: 'n', Ŋ: 'N', ŧ: 't', Ŧ: 'T', ə: 'e', Ə: 'E',
    '‘': "'", '’': "'", '‚': "'", '‛': "'", '“': '"', '”': '"', '„': '"', '«': '"', '»': '"', '‹': "'", '›': "'", '′': "'", '″': '"',
    '‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '―': '-', '−': '-', '•': '*', '·': '*', '×': 'x', '÷': '/', '⁄': '/',
    '¡': '!', '¿': '?', '€': 'EUR', '£': 'GBP', '¥': 'JPY', '¢': 'c', '©': '(c)', '®': '(r)', '°': 'deg', '§': 'S', '¶': 'P',
    '\u200b': '', '\u200c': '', '\u200d': '', '\u2060': '', '\ufeff': '', '\u00ad': '', '\u2028': '\n', '\u2029': '\n',
  }),
);

function transliterate(character: string): string | null {
  const plain = PLAIN.get(character);
  if (plain !== undefined) return plain;
  const base = character
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/\u2044/g, '/');
  return /^[\x20-\x7e]+$/.test(base) || (base === '' && /\p{M}/u.test(character)) ? base : null;
}
