import type { FailedCheck, FailedDelivery, Report, ReportedError } from './report.ts';

/** What a breaker has to remember of a destination's recent errors: no more than it takes to trip, so that state stays small. */
export interface Streak {
  errors: ReportedError[];
  /** When the streak began, also when its first errors are no longer listed. */
  sinceMs: number | null;
  lastSuccessAtMs: number;
  /** The latest health check that passed after one had failed; absent when none did. */
  passedCheckAtMs?: number;
  /** A lead was taken while only checks had failed. */
  disproved?: true;
}

/** A streak with a report taken in. */
export interface StreakAfter {
  streak: Streak;
  /** What of the report counts. */
  news: ReportedError[];
  /** Whether no delivery is among all that counts, listed or not. */
  onlyChecks: boolean;
}

/**
 * Adds a report's errors. A lead that was taken ends the streak up to it. A check that passed takes back failed checks up to it and
 * nothing that a delivery said; while the destination is shut, only those that come in from then on: what shut it stays as it was.
 */
export function streakAfter(before: Streak, report: Report, { isClosed, trips }: { isClosed: boolean; trips: number }): StreakAfter {
  const lastSuccessAtMs = Math.max(before.lastSuccessAtMs, report.lastSuccessAtMs ?? 0);
  const passedCheckAtMs = latest(before.passedCheckAtMs, report.passedCheckAtMs);
  const isTakenBack = (error: ReportedError) => isCheck(error) && passedCheckAtMs !== undefined && error.atMs <= passedCheckAtMs;
  const counts = (error: ReportedError) => error.atMs > lastSuccessAtMs;
  const hasRecovered = isClosed && report.passedCheckAtMs !== undefined;
  const kept = before.errors.filter((error) => counts(error) && !(hasRecovered && isTakenBack(error)));
  const news = report.errors.filter((error) => counts(error) && !isTakenBack(error));
  const errors = [...kept, ...news].sort((a, b) => a.atMs - b.atMs);
  const began = [hasRecovered ? null : before.sinceMs, errors[0]?.atMs ?? null].filter((atMs) => atMs !== null && atMs > lastSuccessAtMs);
  return {
    streak: {
      errors: errors.slice(-Math.max(trips, 1)),
      sinceMs: errors.length === 0 ? null : Math.min(...began.map(Number)),
      lastSuccessAtMs,
      ...(passedCheckAtMs === undefined ? {} : { passedCheckAtMs }),
      ...(before.disproved ? { disproved: true } : {}),
    },
    news,
    onlyChecks: errors.every(isCheck),
  };
}

/** True for a health check that failed. */
export function isCheck(error: ReportedError): error is FailedCheck {
  return error.code === 'health-check';
}

/** True for an attempt with a lead. */
export function isDelivery(error: ReportedError): error is FailedDelivery {
  return !isCheck(error);
}

function latest(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? (now ?? before) : Math.max(before, now);
}
