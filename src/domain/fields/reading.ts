import type { FieldValue } from './lead.ts';

/** What a form or JSON can hold in one field, null apart. */
export type Scalar = string | number | boolean;

/** A value that was understood: its normal form and parts. Parts that do not apply are null, so that a condition can name them. */
export interface Reading {
  value: FieldValue;
  parts: Record<string, FieldValue>;
}

/** Reads one value; null when it is not of the type. `at` is when the lead came in (ISO 8601): ages count from it. */
export type Reader = (raw: Scalar, at: string | undefined) => Reading | null;

/** The text of a value as a person would have typed it, without blanks around it. */
export function textOf(raw: Scalar): string {
  return String(raw).trim();
}

/** True for what stands for "nothing was given": absent, null, blank text, and lists of only these. `0` and `false` are values. */
export function isBlank(raw: unknown): boolean {
  if (raw === undefined || raw === null) return true;
  if (typeof raw === 'string') return raw.trim() === '';
  return Array.isArray(raw) && raw.every((item) => isBlank(item));
}
