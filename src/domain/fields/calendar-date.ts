/** A day of the calendar, month and day counted from 1. */
export interface CalendarDate {
  year: number;
  month: number;
  day: number;
}

/** Two-digit years up to this are of this century: the convention of POSIX. */
export const DEFAULT_PIVOT = 68;

/** No form of a date is longer; the bound keeps matching quick. */
const MAX_LENGTH = 60;

const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const YEAR_LAST = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})$/;
const EIGHT_DIGITS = /^\d{8}$/;
const MONTH_NAME_FIRST = /^([a-z]{3,9})\.?[ -]?(\d{1,2})(?:st|nd|rd|th)?(?:, ?|[ -])(\d{4}|\d{2})$/i;
const DAY_THEN_MONTH_NAME = /^(\d{1,2})(?:st|nd|rd|th)?(?: of )?[ -]?([a-z]{3,9})\.?(?:, ?|[ -])?(\d{4}|\d{2})$/i;
const YEAR_THEN_MONTH_NAME = /^(\d{4})[ -]?([a-z]{3,9})\.?[ -]?(\d{1,2})$/i;

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/**
 * Reads a date in ISO and US forms, month first when both are possible: `2014-06-02`, `6/2/2014`, `18/7/2014`,
 * `06022014`, `Mon Jun 02 2014`, `18 July 2014`. Null when it is none of these or no such day exists.
 * `pivot`: two-digit years up to it are 20xx, others 19xx.
 */
export function readCalendarDate(text: string, pivot: number): CalendarDate | null {
  if (text.length > MAX_LENGTH) return null;
  const clean = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(WEEKDAY, '')
    .replace(/ ?([-/.]) ?/g, (blanked: string, mark: string) => (mark === '.' ? blanked : mark));
  return candidates(clean, pivot).find(exists) ?? null;
}

/** Every reading of the text in order of preference, whether such a day exists or not. */
function candidates(text: string, pivot: number): CalendarDate[] {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return bothOrders(yearFirst[1], yearFirst[3], yearFirst[4], pivot);
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast !== null) return bothOrders(yearLast[4], yearLast[1], yearLast[3], pivot);
  if (EIGHT_DIGITS.test(text)) return eightDigits(text, pivot);

  const monthFirst = MONTH_NAME_FIRST.exec(text);
  if (monthFirst !== null) return named(monthFirst[3], monthFirst[1], monthFirst[2], pivot);
  const dayFirst = DAY_THEN_MONTH_NAME.exec(text);
  if (dayFirst !== null) return named(dayFirst[3], dayFirst[2], dayFirst[1], pivot);
  const yearThenName = YEAR_THEN_MONTH_NAME.exec(text);
  if (yearThenName !== null) return named(yearThenName[1], yearThenName[2], yearThenName[3], pivot);
  return [];
}

function bothOrders(year = '', first = '', second = '', pivot: number): CalendarDate[] {
  return [
    { year: fullYear(year, pivot), month: Number(first), day: Number(second) },
    { year: fullYear(year, pivot), month: Number(second), day: Number(first) },
  ];
}

/** Without separators the year's place is a guess, so only years near ours count. */
function eightDigits(text: string, pivot: number): CalendarDate[] {
  const [monthFirst, dayFirst] = bothOrders(text.slice(4), text.slice(0, 2), text.slice(2, 4), pivot);
  const [yearMonth, yearDay] = bothOrders(text.slice(0, 4), text.slice(4, 6), text.slice(6), pivot);
  return [monthFirst, yearMonth, dayFirst, yearDay].filter((date) => date !== undefined).filter(({ year }) => year >= 1800 && year < 2200);
}

function named(year = '', name = '', day = '', pivot: number): CalendarDate[] {
  const wanted = name.toLowerCase();
  const index = MONTHS.findIndex((month) => month.startsWith(wanted) || (wanted === 'sept' && month === 'september'));
  return index < 0 ? [] : [{ year: fullYear(year, pivot), month: index + 1, day: Number(day) }];
}

function fullYear(digits: string, pivot: number): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year <= pivot ? 2000 + year : 1900 + year;
}

function exists({ year, month, day }: CalendarDate): boolean {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `YYYY-MM-DD`. */
export function isoDate({ year, month, day }: CalendarDate): string {
  return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
