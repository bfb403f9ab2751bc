import type { Field, FieldValue } from '../fields/lead.ts';

/** What goes out for a field: its normal form with its type, or the text that came in when it is invalid; of a list element by element. */
export function fieldValue(field: Field): FieldValue {
  return field.valid || Array.isArray(field.value) ? field.value : rawValue(field.raw);
}

/** What came in, as a field holds it. */
export function rawValue(raw: unknown): FieldValue {
  switch (typeof raw) {
    case 'string':
      return raw;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(raw);
    case 'object':
      if (raw === null) return null;
      return Array.isArray(raw) ? raw.map(rawValue) : JSON.stringify(raw);
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
  }
}

/** Whether a value is left out: nothing, blank text or an empty list. `0` and `false` are values. */
export function isEmptyValue(value: FieldValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.every((element) => isEmptyValue(element));
}

/** A value as text: lists joined with ", " without their empty elements, numbers without exponent, null as nothing. */
export function valueText(value: FieldValue): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.filter((element) => !isEmptyValue(element)).map((element) => valueText(element)).join(', ');
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** Digits all the way: buyers read `1e+21` and `1e-7` as text. */
function numberText(value: number): string {
  const short = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(short);
  if (match === null) return short;
  const [, sign = '', first = '', rest = '', exponentText = '0'] = match;
  const digits = first + rest;
  const point = 1 + Number(exponentText);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
