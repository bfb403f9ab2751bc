import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** A number with an optional sign and currency on either side of each other: `-5`, `$1,100.50`, `-$5`, `USD 20`. */
const AMOUNT = String.raw`([-+−]?)\s*(?:US\$|CA\$|\p{Sc}|(?:USD|CAD|EUR|GBP)\s)?\s*([-+−]?)((?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d*)?|\.\d+)`;

/** What may follow a number: words such as `per month`, `%`, `/mo`; never a further digit, and no `k` or `million`, which change its size. */
const TRAILER = String.raw`(?!\s*(?:k|m|b|mm|mn|mil|bn|hundred|thousand|million|billion)\b)(?:[\s%/\p{L}\p{Sc}][^\d]*)?`;

const NUMBER = new RegExp(`^${AMOUNT}${TRAILER}$`, 'iu');
const AT_LEAST = new RegExp(String.raw`^${AMOUNT}\s*\+${TRAILER}$`, 'iu');
const BETWEEN = new RegExp(String.raw`^${AMOUNT}\s*(?:-|–|—|to|through)\s*${AMOUNT}${TRAILER}$`, 'iu');

/** Longer text is no number; the bound keeps matching quick. */
const MAX_LENGTH = 200;

/** JavaScript writes what is smaller with an exponent, which a range could not read back. */
const SMALLEST = 1e-6;

/** Reads `$1,100.50`, `1100 per month`, `-5`. What cannot be kept exactly as a JSON number is refused rather than rounded. */
export function readNumber(raw: Scalar): Reading | null {
  if (typeof raw === 'number') return Number.isFinite(raw) ? { value: withoutNegativeZero(raw), parts: {} } : null;
  const value = match(NUMBER, textOf(raw))?.[0];
  return value === undefined ? null : { value, parts: {} };
}

/**
 * Reads `$1,000 to $10,000`, `1,000-2,000`, `10+` and a single number. Normal form `1000-10000`, `10+` or `10`, the
 * smaller end first; parts `min`, `max`, `avg`, of which the last two are null for an open range.
 */
export function readRange(raw: Scalar): Reading | null {
  const text = textOf(raw);
  const open = match(AT_LEAST, text)?.[0];
  if (open !== undefined) return { value: `${open}+`, parts: { min: open, max: null, avg: null } };

  const single = match(NUMBER, text)?.[0];
  if (single !== undefined) return { value: String(single), parts: { min: single, max: single, avg: single } };

  const [first, second] = match(BETWEEN, text) ?? [];
  if (first === undefined || second === undefined) return null;
  const min = Math.min(first, second);
  const max = Math.max(first, second);
  // Fifteen digits hide what binary fractions add to a sum of decimals.
  const avg = withoutNegativeZero(Number(((min + max) / 2).toPrecision(15)));
  return { value: `${min}-${max}`, parts: { min, max, avg } };
}

/** The amounts that a pattern finds, or null when it does not match or one is too large to be exact, or so small that it is no amount. */
function match(pattern: RegExp, text: string): number[] | null {
  const groups = text.length > MAX_LENGTH ? null : pattern.exec(text);
  if (groups === null) return null;
  const amounts: number[] = [];
  for (let at = 1; at < groups.length; at += 3) {
    const [outer, inner, digits] = [groups[at] ?? '', groups[at + 1] ?? '', groups[at + 2] ?? ''];
    if (outer !== '' && inner !== '') return null;
    const size = Number(digits.replaceAll(',', ''));
    if (size > Number.MAX_SAFE_INTEGER || (size > 0 && size < SMALLEST)) return null;
    amounts.push(withoutNegativeZero(/[-−]/.test(outer + inner) ? -size : size));
  }
  return amounts;
}

function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value;
}
