import { TextViewWriter, type TextView } from './text-view.ts';

/** What one escape stands for. */
interface Unescaped {
  codePoint: number;
  /** Characters that the escape takes. */
  length: number;
}

/** One escaped byte: `%C3` or `\xc3`. */
interface EscapedByte {
  value: number;
  length: number;
}

/** How often a text may be escaped within itself: JSON in a form in JSON. */
export const MOST_ESCAPED = 3;

/** The longest escape: the UTF-8 of one character, percent-encoded, or a numeric reference with leading zeros. */
const LONGEST_ESCAPE = 16;

/** An escape, or the bytes of one character, that a cut has ended. */
const BEGUN = new RegExp(
  [
    String.raw`(?:%|\\x)[0-9a-f]?`,
    String.raw`(?:%|\\x)[cd][0-9a-f](?:(?:%|\\x)[0-9a-f]?)?`,
    String.raw`(?:%|\\x)e[0-9a-f](?:(?:%|\\x)[89ab][0-9a-f])?(?:(?:%|\\x)[0-9a-f]?)?`,
    String.raw`(?:%|\\x)f[0-4](?:(?:%|\\x)[89ab][0-9a-f]){0,2}(?:(?:%|\\x)[0-9a-f]?)?`,
    String.raw`\\(?:u[0-9a-f]{0,3}|u\{[0-9a-f]{0,6})?`,
    String.raw`%u[0-9a-f]{0,3}`,
    String.raw`&(?:[a-z]{0,8}|#[0-9]{0,7}|#x[0-9a-f]{0,6})`,
  ].map((form) => `^${form}$`).join('|'),
  'i',
);

/**
 * The view with each escape of a URL, of JSON and JavaScript, of XML and HTML replaced by what it stands for; null when it has
 * none. All of them at once: nothing says in which language a text, or a text in it, is written. A text that is escaped twice
 * needs a second call. An escape that is cut in two before one of `cuts` (places of the original text) is left out.
 */
export function unescapeView(view: TextView, cuts: readonly number[] = []): TextView | null {
  const writer = new TextViewWriter(view.length, view.originalLength);
  let isChanged = false;
  let cut = 0;
  for (let at = 0; at < view.length; ) {
    while (cut < cuts.length && (cuts[cut] ?? 0) <= view.start(at)) cut += 1;
    const code = view.code(at);
    const isCut = isIntroducer(code) && isCutOff(view, at, cuts[cut]);
    const escape = isIntroducer(code) && !isCut ? readEscape(view, at) : null;
    isChanged ||= isCut || escape !== null;
    if (isCut) {
      while (at < view.length && view.start(at) < (cuts[cut] ?? 0)) at += 1;
    } else if (escape !== null) {
      writeCodePoint(writer, escape.codePoint, view.start(at), view.end(at + escape.length - 1));
      at += escape.length;
    } else {
      writer.add(code, view.start(at), view.end(at));
      at += 1;
    }
  }
  return isChanged ? writer.finish() : null;
}

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LETTER_X = 0x78;
const BRACE = 0x7b;
const NUMBER_SIGN = 0x23;
const SEMICOLON = 0x3b;

function isIntroducer(code: number): boolean {
  return code === PERCENT || code === BACKSLASH || code === AMPERSAND;
}

function readEscape(view: TextView, at: number): Unescaped | null {
  switch (view.code(at)) {
    case PERCENT:
      return readBytes(view, at, percentByte) ?? readUnit(view, at);
    case BACKSLASH:
      return readBytes(view, at, backslashByte) ?? readUnit(view, at) ?? readBraced(view, at) ?? readBackslash(view, at);
    default:
      return readReference(view, at);
  }
}

/** Bytes of UTF-8, else one of Latin-1. */
function readBytes(view: TextView, at: number, byteAt: (view: TextView, at: number) => EscapedByte | null): Unescaped | null {
  const first = byteAt(view, at);
  if (first === null) return null;
  const more = continuationBytes(first.value);
  let codePoint = first.value & (0x3f >> more);
  let length = first.length;
  for (let read = 0; read < more; read += 1) {
    const next = byteAt(view, at + length);
    if (next === null || (next.value & 0xc0) !== 0x80) return { codePoint: first.value, length: first.length };
    codePoint = codePoint * 64 + (next.value & 0x3f);
    length += next.length;
  }
  return more === 0 || codePoint > 0x10ffff ? { codePoint: first.value, length: first.length } : { codePoint, length };
}

/** How many bytes of UTF-8 (RFC 3629) follow the first one. */
function continuationBytes(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : 0;
}

function percentByte(view: TextView, at: number): EscapedByte | null {
  if (view.code(at) !== PERCENT) return null;
  const value = hexAt(view, at + 1, 2);
  return value === null ? null : { value, length: 3 };
}

function backslashByte(view: TextView, at: number): EscapedByte | null {
  if (view.code(at) !== BACKSLASH || view.code(at + 1) !== LETTER_X) return null;
  const value = hexAt(view, at + 2, 2);
  return value === null ? null : { value, length: 4 };
}

/** `\u0041`, and `%u0041` of JavaScript's `escape`. */
function readUnit(view: TextView, at: number): Unescaped | null {
  if (view.code(at + 1) !== LETTER_U) return null;
  const codePoint = hexAt(view, at + 2, 4);
  return codePoint === null ? null : { codePoint, length: 6 };
}

function readBraced(view: TextView, at: number): Unescaped | null {
  if (view.code(at + 1) !== LETTER_U || view.code(at + 2) !== BRACE) return null;
  const [whole, digits] = /^\\u\{([0-9a-f]{1,6})\}/i.exec(view.slice(at, at + LONGEST_ESCAPE)) ?? [];
  return whole === undefined || digits === undefined ? null : valid(Number.parseInt(digits, 16), whole.length);
}

const CONTROLS: Readonly<Partial<Record<string, string>>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** By the ASCII character after the backslash; 0 where the backslash means nothing. */
const MEANT_BY_BACKSLASH = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (CONTROLS[character] ?? (/[!-/:-@[-`{-~]/.test(character) ? character : '\0')).charCodeAt(0);
});

/** `\n`, and any punctuation: `\"`, `\/`. */
function readBackslash(view: TextView, at: number): Unescaped | null {
  const codePoint = at + 1 < view.length ? (MEANT_BY_BACKSLASH[view.code(at + 1)] ?? 0) : 0;
  return codePoint === 0 ? null : { codePoint, length: 2 };
}

/** The named references of HTML for ASCII, and for the blank that does not break. */
const NAMED: Readonly<Partial<Record<string, string>>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', Tab: '\t', NewLine: '\n', excl: '!', num: '#', dollar: '$', percnt: '%', lpar: '(', rpar: ')',
  ast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';', equals: '=', quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\',
  rsqb: ']', rbrack: ']', Hat: '^', lowbar: '_', grave: '`', lcub: '{', lbrace: '{', verbar: '|', vert: '|', rcub: '}', rbrace: '}', hyphen: '-', dash: '-',
};

function readReference(view: TextView, at: number): Unescaped | null {
  const next = view.code(at + 1);
  if (next === NUMBER_SIGN) return readNumber(view, at);
  if (!isLetter(next)) return null;
  let end = at + 2;
  while (end - at < LONGEST_ESCAPE && isLetter(view.code(end))) end += 1;
  const meant = view.code(end) === SEMICOLON ? NAMED[view.slice(at + 1, end)] : undefined;
  return meant === undefined ? null : { codePoint: meant.charCodeAt(0), length: end + 1 - at };
}

/** `&#65;` and `&#x41;`, which browsers read without the semicolon too. */
function readNumber(view: TextView, at: number): Unescaped | null {
  const [whole, hex, decimal] = /^&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));?/i.exec(view.slice(at, at + LONGEST_ESCAPE)) ?? [];
  if (whole === undefined) return null;
  return valid(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16), whole.length);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function valid(codePoint: number, length: number): Unescaped | null {
  return codePoint <= 0x10ffff ? { codePoint, length } : null;
}

function hexAt(view: TextView, at: number, digits: number): number | null {
  if (at + digits > view.length) return null;
  let value = 0;
  for (let index = 0; index < digits; index += 1) {
    const digit = hexDigit(view.code(at + index));
    if (digit === null) return null;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number | null {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : null;
}

/** Whether an escape has begun at `at` that the cut ends. */
function isCutOff(view: TextView, at: number, cut: number | undefined): boolean {
  if (cut === undefined || view.start(Math.min(at + LONGEST_ESCAPE, view.length)) < cut) return false;
  let end = at;
  while (end < view.length && view.start(end) < cut) end += 1;
  return BEGUN.test(view.slice(at, end));
}

function writeCodePoint(writer: TextViewWriter, codePoint: number, start: number, end: number): void {
  if (codePoint < 0x10000) writer.add(codePoint, start, end);
  else for (const unit of String.fromCodePoint(codePoint).split('')) writer.add(unit.charCodeAt(0), start, end);
}
