import { parseDurationMs } from '../config/duration.ts';

/** Nobody makes a lead wait longer than this, whatever they ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

const HTTP_DATE = /^(?:[A-Za-z]{3,9},? .*(?:GMT|UTC)|[A-Za-z]{3} [A-Za-z]{3} .*\d{4}|\d{4}-\d{2}-\d{2}T.*)$/;

/**
 * Reads a Retry-After: seconds, an HTTP date, or (from a body) a duration such as `30s`. In milliseconds from `now`,
 * at least 0 and at most `MAX_RETRY_AFTER_MS`; undefined for anything else.
 */
export function parseRetryAfterMs(value: string, now: Date): number | undefined {
  const text = value.trim();
  if (/^[-+]?\d{1,15}(?:\.\d{1,9})?$/.test(text)) return boundedMs(Number(text) * 1_000);
  const durationMs = parseDurationMs(text);
  if (durationMs !== null) return boundedMs(durationMs);
  if (!HTTP_DATE.test(text)) return undefined;
  // The older form of an HTTP date names no zone: it is UTC all the same.
  const at = Date.parse(/^[A-Za-z]{3} [A-Za-z]{3} /.test(text) ? `${text} GMT` : text);
  return Number.isNaN(at) ? undefined : boundedMs(at - now.getTime());
}

/** Keeps a wait within 0 and `MAX_RETRY_AFTER_MS`. */
export function boundedMs(waitMs: number): number {
  return Math.round(Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs)));
}
