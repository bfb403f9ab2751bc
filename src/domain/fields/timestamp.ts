/** A text with a time of day in it, taken apart: nothing is judged but the clock. */
export interface Timestamp {
  /** The date as it was written. */
  date: string;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** The zone as it was written, e.g. `Z`, `-0500`, `CDT`, `America/Chicago`; empty when there is none. */
  zone: string;
}

/** The longest that a browser writes is about 80; the bound keeps matching quick. */
const MAX_LENGTH = 120;

const BASIC_ISO = /^(\d{8})T(\d{2})(\d{2})(\d{2})?/i;
const TIMESTAMP =
  /^(?<date>\S.*?)(?:T|[\s,]+(?:at\s+)?)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*(?:(?<half>[ap])\.?m\b\.?)?(?<zone>(?!\d).*)$/i;

/** Takes `2014-06-14T13:27:33-05:00`, `06/14/2014 6:27 PM EST` and their like apart; null when there is no time of day, or an impossible one. */
export function splitTimestamp(text: string): Timestamp | null {
  if (text.length > MAX_LENGTH) return null;
  const groups = TIMESTAMP.exec(text.trim().replace(BASIC_ISO, basicToExtended))?.groups;
  if (groups === undefined) return null;
  const hour = hourOf(Number(groups['hour']), groups['half']?.toLowerCase());
  const minute = Number(groups['minute']);
  const second = Number(groups['second'] ?? 0);
  if (hour === null || hour > 23 || minute > 59 || second > 59) return null;
  const millisecond = Number((groups['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
  return { date: groups['date'] ?? '', hour, minute, second, millisecond, zone: zoneText(groups['zone'] ?? '') };
}

function basicToExtended(_all: string, date: string, hour: string, minute: string, second: string | undefined): string {
  return `${date}T${hour}:${minute}:${second ?? '00'}`;
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

/** Browsers name the zone a second time in brackets: `GMT-0500 (CDT)`. The first is exact, so the second counts only alone. */
function zoneText(text: string): string {
  const [, before = '', inside = ''] = /^([^([]*)(?:[([]([^)\]]*)[)\]])?$/.exec(text) ?? ['', text];
  return before.trim() === '' ? inside.trim() : before.trim();
}
