import { leaveOut, plainView, TextViewWriter, type TextView } from './text-view.ts';
import { MOST_ESCAPED, unescapeView } from './unescape.ts';

/** A shorter run of letters is a word. */
const SHORTEST_BASE64 = 12;
const SEPARATORS: ReadonlySet<number> = new Set(Array.from(':-.,()/', (separator) => separator.charCodeAt(0)));
const LINE_FEED = 0x0a;

/**
 * All the ways in which a text is searched: as it is, without its escapes, without what may stand between the characters of an
 * encoded text (base64 in lines, hex or a number with separators), and with its base64 decoded, for what is encoded within.
 */
export function viewsOf(text: string, cuts: readonly number[]): TextView[] {
  const plain = plainView(text);
  // Bytes of UTF-16 that were read one by one.
  const levels = unescaped(text.includes('\0') ? (leaveOut(plain, (code) => code === 0, false) ?? plain) : plain, cuts);
  const last = levels.at(-1) ?? plain;
  const withoutBlanks = leaveOut(last, isBlank, true);
  const withoutSeparators = leaveOut(withoutBlanks ?? last, (code) => SEPARATORS.has(code), true);
  const decoded = GROUP.map((skipped) => decodeBase64(last, skipped)).filter((view) => view !== null);
  return [...levels, ...[withoutBlanks, withoutSeparators].filter((view) => view !== null), ...decoded.flatMap((view) => unescaped(view, cuts))];
}

/** The view, and what it becomes as its escapes are undone one after the other. */
function unescaped(view: TextView, cuts: readonly number[]): TextView[] {
  const views = [view];
  for (let next = unescapeView(view, cuts); next !== null && views.length <= MOST_ESCAPED; next = unescapeView(next, cuts)) views.push(next);
  return views;
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0x2028 || code === 0x2029;
}

/** Base64 begins anywhere in a group of four characters when a word, a "/" or a "-" is right before it. */
const GROUP = [0, 1, 2, 3] as const;

/** The bytes of everything that looks like base64, as characters; null when nothing does. `skipped`: how much of each run is before it. */
function decodeBase64(view: TextView, skipped: number): TextView | null {
  const writer = new TextViewWriter(view.length, view.originalLength);
  let isEmpty = true;
  for (let from = 0; from < view.length; from += 1) {
    let end = from;
    while (end < view.length && (SEXTETS[view.code(end)] ?? -1) >= 0) end += 1;
    if (end - from >= SHORTEST_BASE64) {
      decodeRun(view, from + skipped, end, writer);
      writer.add(LINE_FEED, view.end(end - 1), view.end(end - 1));
      isEmpty = false;
    }
    from = end;
  }
  return isEmpty ? null : writer.finish();
}

function decodeRun(view: TextView, from: number, end: number, writer: TextViewWriter): void {
  let bits = 0;
  let count = 0;
  for (let at = from; at < end; at += 1) {
    bits = ((bits << 6) | (SEXTETS[view.code(at)] ?? 0)) & 0x3fff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    writer.add((bits >> count) & 0xff, view.start(at - 1), view.end(at));
  }
}

/** What each character of base64 stands for, in the alphabet for URLs too (RFC 4648); -1 for any other. */
const SEXTETS = base64Values();

function base64Values(): Int8Array {
  const values = new Int8Array(0x10000).fill(-1);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  values['-'.charCodeAt(0)] = 62;
  values['_'.charCodeAt(0)] = 63;
  return values;
}
