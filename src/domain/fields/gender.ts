import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ...['m', 'male', 'man'].map((word): [string, string] => [word, 'male']),
  ...['f', 'female', 'woman'].map((word): [string, string] => [word, 'female']),
  ...['o', 'other', 'x', 'nb', 'nonbinary', 'non-binary', 'non binary'].map((word): [string, string] => [word, 'other']),
]);

/** Reads m, f and words. Normal form: male, female, other. */
export function readGender(raw: Scalar): Reading | null {
  const value = WORDS.get(textOf(raw).toLowerCase());
  return value === undefined ? null : { value, parts: {} };
}
