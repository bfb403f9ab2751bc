import type { CalendarDate } from './calendar-date.ts';
import { DEFAULT_PIVOT, isoDate, readCalendarDate } from './calendar-date.ts';
import type { Reading, Scalar } from './reading.ts';
import { textOf } from './reading.ts';
import { splitTimestamp } from './timestamp.ts';

/** Reads a date; of a timestamp the day as written, in its own zone. Normal form YYYY-MM-DD; parts year, month, day, age. */
export function readDate(raw: Scalar, at: string | undefined): Reading | null {
  const date = readCalendarDate(dayOf(raw), DEFAULT_PIVOT);
  return date === null ? null : reading(date, at);
}

/** Reads a date of birth: a date that is not after `at`. A two-digit year is the latest one that has been: `6/2/45` is 1945. */
export function readDateOfBirth(raw: Scalar, at: string | undefined): Reading | null {
  const today = dateAt(at);
  if (today === null) return readDate(raw, at);
  const text = dayOf(raw);
  const pivot = today.year % 100;
  const date = [readCalendarDate(text, pivot), readCalendarDate(text, pivot - 1)].find((born) => born !== null && isoDate(born) <= isoDate(today));
  return date === undefined || date === null ? null : reading(date, at);
}

function dayOf(raw: Scalar): string {
  const text = textOf(raw);
  return splitTimestamp(text)?.date ?? text;
}

function reading(date: CalendarDate, at: string | undefined): Reading {
  return { value: isoDate(date), parts: { ...date, age: ageInYears(date, dateAt(at)) } };
}

/** The UTC day of an ISO timestamp. */
function dateAt(at: string | undefined): CalendarDate | null {
  return at === undefined ? null : readCalendarDate(at.slice(0, 10), DEFAULT_PIVOT);
}

/** Whole years passed; null when there is no day to count to, or it comes before the date. */
function ageInYears(from: CalendarDate, to: CalendarDate | null): number | null {
  if (to === null || isoDate(to) < isoDate(from)) return null;
  const hadBirthday = to.month > from.month || (to.month === from.month && to.day >= from.day);
  return to.year - from.year - (hadBirthday ? 0 : 1);
}
