import { DateTime, FixedOffsetZone, IANAZone } from 'luxon';
import type { Zone } from 'luxon';
import { DEFAULT_PIVOT, readCalendarDate } from './calendar-date.ts';
import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';
import { splitTimestamp } from './timestamp.ts';

/** Hours from UTC of the abbreviations that mean one thing where leads come from. */
const ABBREVIATIONS: ReadonlyMap<string, number> = new Map([
  ['Z', 0], ['UTC', 0], ['GMT', 0], ['UT', 0],
  ['NST', -3.5], ['NDT', -2.5], ['AST', -4], ['ADT', -3], ['EST', -5], ['EDT', -4], ['CST', -6], ['CDT', -5],
  ['MST', -7], ['MDT', -6], ['PST', -8], ['PDT', -7], ['AKST', -9], ['AKDT', -8], ['HST', -10],
  ['BST', 1], ['CET', 1], ['CEST', 2],
]);

const OFFSET = /^(?:UTC|GMT)?\s?([-+−])(\d{1,2})(?::?(\d{2}))?$/i;

/** Epoch seconds of this century's middle have ten digits, milliseconds thirteen. */
const EPOCH = /^(?:\d{10}|\d{13})$/;

/**
 * Reads a timestamp with any zone (offset, abbreviation or IANA name; none is UTC), a date (midnight UTC), or epoch
 * seconds or milliseconds. Normal form: ISO 8601, UTC, milliseconds.
 */
export function readTime(raw: Scalar): Reading | null {
  const text = textOf(raw);
  const time = EPOCH.test(text) ? DateTime.fromMillis(Number(text.padEnd(13, '0')), { zone: 'utc' }) : fromText(text);
  if (time?.isValid !== true) return null;
  const utc = time.toUTC();
  // A zone can carry the edge of the calendar beyond four digits, which would not read back.
  return utc.year >= 1000 && utc.year <= 9999 ? { value: new Date(utc.toMillis()).toISOString(), parts: {} } : null;
}

function fromText(text: string): DateTime | null {
  const stamp = splitTimestamp(text);
  const date = readCalendarDate(stamp?.date ?? text, DEFAULT_PIVOT);
  const zone = zoneOf(stamp?.zone ?? '');
  if (date === null || zone === null) return null;
  const { hour, minute, second, millisecond } = stamp ?? { hour: 0, minute: 0, second: 0, millisecond: 0 };
  return DateTime.fromObject({ ...date, hour, minute, second, millisecond }, { zone });
}

function zoneOf(text: string): Zone | null {
  if (text === '') return FixedOffsetZone.utcInstance;
  const hours = ABBREVIATIONS.get(text.toUpperCase());
  if (hours !== undefined) return FixedOffsetZone.instance(hours * 60);
  const [, sign, offsetHours, offsetMinutes] = OFFSET.exec(text) ?? [];
  if (sign !== undefined) {
    const minutes = Number(offsetHours) * 60 + Number(offsetMinutes ?? 0);
    return Number(offsetHours) > 14 || Number(offsetMinutes ?? 0) > 59 ? null : FixedOffsetZone.instance(sign === '+' ? minutes : -minutes);
  }
  return text.includes('/') && IANAZone.isValidZone(text) ? IANAZone.create(text) : null;
}
