import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';

/** Names, streets, cities, credentials and other text: taken as it is, trimmed. */
export function readText(raw: Scalar): Reading {
  return { value: textOf(raw), parts: {} };
}
