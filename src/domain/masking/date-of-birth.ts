import { DEFAULT_PIVOT, readCalendarDate } from '../fields/calendar-date.ts';
import { splitTimestamp } from '../fields/timestamp.ts';
import { maskText } from './text.ts';

/** What masking leaves: no letter and no digit but one year. Recognised, so that masking twice changes nothing. */
const YEAR_ONLY = /^[^\p{L}\p{N}]*(?:1[89]|2[01])\d{2}[^\p{L}\p{N}]*$/u;

/**
 * Masks a date of birth but for its year: `1980-05-17` becomes `1980-**-**`, and other forms likewise. Length and separators
 * stay. Text without a readable year is masked whole; null stays null.
 */
export function maskDateOfBirth<T extends string | null>(value: T): T | string {
  if (value === null || (value.includes('*') && YEAR_ONLY.test(value))) return value;
  const start = yearPosition(value);
  if (start === null) return maskText(value);
  const end = start + 4;
  return `${legible(value.slice(0, start))}${value.slice(start, end)}${legible(value.slice(end))}`;
}

/** Where the four digits of the year stand in a date, or null when it is none, or far from our time. */
function yearPosition(text: string): number | null {
  const trimmed = text.trim();
  const date = readCalendarDate(splitTimestamp(trimmed)?.date ?? trimmed, DEFAULT_PIVOT);
  if (date === null || date.year < 1800 || date.year > 2199) return null;
  const year = String(date.year);
  const alone = new RegExp(String.raw`(?<!\d)${year}(?!\d)`).exec(text);
  if (alone !== null) return alone.index;
  // Eight digits in a row: `12012012` holds the year's digits in the middle too, but it stands at an end.
  const run = /\d{8}/.exec(text);
  if (run === null) return null;
  if (run[0].endsWith(year)) return run.index + 4;
  return run[0].startsWith(year) ? run.index : null;
}

function legible(text: string): string {
  return text.replace(/[\p{L}\p{N}]/gu, (character) => maskText(character));
}
