import { readBoolean } from './boolean.ts';
import { readDate, readDateOfBirth } from './date.ts';
import { readEmail } from './email.ts';
import { readGender } from './gender.ts';
import { readIp } from './ip.ts';
import type { Field, FieldValue } from './lead.ts';
import { readNumber, readRange } from './number.ts';
import { readPhone } from './phone.ts';
import { readPostalCode } from './postal-code.ts';
import type { Reader, Reading } from './reading.ts';
import { isBlank } from './reading.ts';
import { readSsn } from './ssn.ts';
import { readState } from './state.ts';
import { readText } from './text.ts';
import { readTime } from './time.ts';
import type { BaseFieldType, FieldType } from './types.ts';
import { shapeOfType } from './types.ts';
import { readUrl } from './url.ts';

const READERS: Readonly<Record<BaseFieldType, Reader>> = {
  phone: readPhone,
  email: readEmail,
  number: readNumber,
  boolean: readBoolean,
  range: readRange,
  date: readDate,
  dob: readDateOfBirth,
  time: readTime,
  postal_code: readPostalCode,
  state: readState,
  gender: readGender,
  ssn: readSsn,
  url: readUrl,
  ip: readIp,
  string: readText,
  first_name: readText,
  last_name: readText,
  street: readText,
  city: readText,
  credential: readText,
};

/**
 * Reads what came in as the declared type. Valid: `value` is the normal form with its native JSON type. Invalid, which
 * null and (but for text and states) a blank are too: `value` is null, and what goes out is `raw`.
 * A list takes an array or one value, drops blank items, has no parts, and is valid when every item is; where only some are,
 * `value` has the others as they came. A type of one value takes an array of one.
 * `at`, ISO 8601: when the lead came in; without it ages are null.
 */
export function parseField(type: FieldType, raw: unknown, at?: string): Field {
  const { base, list } = shapeOfType(type);
  if (list) return { type, raw, ...readList(base, raw, at), parts: {} };
  const reading = readOne(base, raw, at);
  return reading === null ? { type, raw, valid: false, value: null, parts: {} } : { type, raw, valid: true, ...reading };
}

/**
 * A field that the source does not declare: kept as it is. Text is not trimmed; numbers, booleans, null and lists of these
 * stay what they are. Only what a field cannot hold (an object) is invalid.
 */
export function untypedField(raw: unknown): Field {
  const value = raw === undefined ? null : nativeValue(raw);
  return { type: 'string', raw, valid: value !== undefined, value: value ?? null, parts: {} };
}

function readOne(type: BaseFieldType, raw: unknown, at: string | undefined): Reading | null {
  const items: unknown[] = Array.isArray(raw) ? raw : [raw];
  const item = items[0];
  if (items.length !== 1 || (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')) return null;
  return READERS[type](item, at);
}

function readList(type: BaseFieldType, raw: unknown, at: string | undefined): { valid: boolean; value: FieldValue } {
  const items: unknown[] = Array.isArray(raw) ? raw : [raw];
  const value: FieldValue[] = [];
  let unread = 0;
  for (const item of items) {
    if (isBlank(item)) continue;
    const reading = Array.isArray(item) ? null : readOne(type, item, at);
    const sent = reading === null ? nativeValue(item) : reading.value;
    // What no field can hold makes nonsense of the whole.
    if (sent === undefined) return { valid: false, value: null };
    if (reading === null) unread += 1;
    value.push(sent);
  }
  if (unread === 0) return { valid: true, value };
  return { valid: false, value: unread < value.length ? value : null };
}

/** The value itself when a field can hold it, else undefined. */
function nativeValue(raw: unknown): FieldValue | undefined {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (!Array.isArray(raw)) return undefined;
  const items: FieldValue[] = [];
  for (const item of raw) {
    const value = nativeValue(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}
