import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 't', 'true', '1', 'on'].map((word): [string, boolean] => [word, true]),
  ...['n', 'no', 'f', 'false', '0', 'off'].map((word): [string, boolean] => [word, false]),
]);

/** Reads yes and no in the words that forms use, and true, false, 1 and 0 of JSON. */
export function readBoolean(raw: Scalar): Reading | null {
  const value = WORDS.get(textOf(raw).toLowerCase());
  return value === undefined ? null : { value, parts: {} };
}
