import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** Reads nine digits in any dress: `219-09-9999`, `219 09 9999`. It judges no number: some that look wrong are tax ids. */
export function readSsn(raw: Scalar): Reading | null {
  const digits = textOf(raw).replace(/\D/g, '');
  return digits.length === 9 ? { value: digits, parts: {} } : null;
}
