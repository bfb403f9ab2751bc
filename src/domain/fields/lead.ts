import type { FieldType } from './types.ts';

/** One typed field of a lead. `raw` is what came in; `value` its normal form with its native type, or null when invalid. */
export interface Field {
  type: FieldType;
  raw: unknown;
  valid: boolean;
  value: FieldValue;
  /** Parts of the normal form, e.g. `area` of a phone: reached as `phone.area`. */
  parts: Record<string, FieldValue>;
}

export type FieldValue = string | number | boolean | null | FieldValue[];

/** A lead as every rule sees it: pure data, made once from what the store keeps. */
export interface Lead {
  id: string;
  source: string;
  /** ISO 8601, UTC, milliseconds. */
  receivedAt: string;
  test: boolean;
  /** By field name; names are flat (nested JSON became dot paths at intake). Order is the order of arrival. */
  fields: ReadonlyMap<string, Field>;
}
