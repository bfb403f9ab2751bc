import { DateTime, IANAZone } from 'luxon';
import type { FieldValue } from '../fields/lead.ts';

const TOKENS: ReadonlyMap<string, (time: DateTime) => string> = new Map([
  ['YYYY', (time: DateTime) => time.toFormat('yyyy')],
  ['YY', (time: DateTime) => time.toFormat('yy')],
  ['MMMM', (time: DateTime) => time.toFormat('MMMM')],
  ['MMM', (time: DateTime) => time.toFormat('MMM')],
  ['MM', (time: DateTime) => time.toFormat('MM')],
  ['M', (time: DateTime) => time.toFormat('M')],
  ['DD', (time: DateTime) => time.toFormat('dd')],
  ['D', (time: DateTime) => time.toFormat('d')],
  ['HH', (time: DateTime) => time.toFormat('HH')],
  ['H', (time: DateTime) => time.toFormat('H')],
  ['hh', (time: DateTime) => time.toFormat('hh')],
  ['h', (time: DateTime) => time.toFormat('h')],
  ['mm', (time: DateTime) => time.toFormat('mm')],
  ['m', (time: DateTime) => time.toFormat('m')],
  ['ss', (time: DateTime) => time.toFormat('ss')],
  ['s', (time: DateTime) => time.toFormat('s')],
  ['SSS', (time: DateTime) => time.toFormat('SSS')],
  ['A', (time: DateTime) => (time.hour < 12 ? 'AM' : 'PM')],
  ['a', (time: DateTime) => (time.hour < 12 ? 'am' : 'pm')],
  ['ZZ', (time: DateTime) => time.toFormat('ZZZ')],
  ['Z', (time: DateTime) => time.toFormat('ZZ')],
  ['X', (time: DateTime) => String(Math.floor(time.toSeconds()))],
  ['x', (time: DateTime) => String(time.toMillis())],
]);

/** `T` stands for itself, as in YYYY-MM-DDTHH:mm:ss; other letters are quoted by brackets: `[at]`. */
const PIECE = /\[[^\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|a|ZZ|Z|X|x|[A-Za-z]+?|[^A-Za-z[]+|\[/g;

/** Null when a date format can be read; otherwise what is wrong with it. */
export function checkDateFormat(format: string): string | null {
  const unknown = piecesOf(format).find((piece) => /^[A-Za-z]/.test(piece) && piece !== 'T' && !TOKENS.has(piece));
  if (unknown !== undefined) return `"${unknown}" is no part of a date format; use YYYY YY MMMM MMM MM M DD D HH H hh h mm m ss s SSS A a Z ZZ X x, and [brackets] around other letters`;
  return piecesOf(format).some((piece) => TOKENS.has(piece)) ? null : 'it names no part of a date or time; write YYYY-MM-DD';
}

/** Null when `timezone` is an IANA time zone. */
export function checkTimeZone(timezone: string): string | null {
  return IANAZone.isValidZone(timezone) ? null : `"${timezone}" is no time zone; write one such as America/Chicago or UTC`;
}

/**
 * Writes a date (`YYYY-MM-DD`) or time (ISO 8601) anew. A plain date has no time zone and never moves to another day;
 * a time moves to `timezone`. `X` (Unix seconds) and `x` (milliseconds) alone give numbers. What is no date passes as it is.
 */
export function formatDate(value: FieldValue, format: string, timezone = 'UTC'): FieldValue {
  if (Array.isArray(value)) return value.map((element) => formatDate(element, format, timezone));
  const time = typeof value === 'string' ? readTime(value.trim(), timezone) : null;
  if (time === null) return value;
  const written = piecesOf(format)
    .map((piece) => (piece.startsWith('[') ? piece.slice(1, -1) : (TOKENS.get(piece)?.(time) ?? piece)))
    .join('');
  return format === 'X' || format === 'x' ? Number(written) : written;
}

function readTime(text: string, timezone: string): DateTime | null {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDate && !/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return null;
  const iso = text.replace(' ', 'T');
  const time = isDate ? DateTime.fromISO(iso, { zone: timezone, locale: 'en-US' }) : DateTime.fromISO(iso, { zone: 'UTC', locale: 'en-US' }).setZone(timezone);
  return time.isValid ? time : null;
}

function piecesOf(format: string): string[] {
  return format.match(PIECE) ?? [];
}
