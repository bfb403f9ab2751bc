import type { FailedCheck, FailedDelivery, Report, ReportedError } from './report.ts';

/** What a breaker has to remember of a destination's recent errors: no more than it takes to trip, so that state stays small. */
export interface Streak {
  errors: ReportedError[];
  /** When the streak began, also when its first errors are no longer listed. */
  sinceMs: number | null;
  lastSuccessAtMs: number;
  /** The latest health check that passed after one had failed; absent when none did. */
  passedCheckAtMs?: number;
  /**
   * The latest failed check of a destination that checks alone had shut and that answered a lead all the same. Until a later check
   * has passed, failed ones count for nothing: they would shut it again and again while leads are taken.
   */
  overruledCheckAtMs?: number;
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
 * While a person has paused the buyer, failed checks are no news: a system under maintenance is down.
 */
export function streakAfter(before: Streak, report: Report, { isClosed, isBuyerPaused, trips }: { isClosed: boolean; isBuyerPaused: boolean; trips: number }): StreakAfter {
  const lastSuccessAtMs = Math.max(before.lastSuccessAtMs, report.lastSuccessAtMs ?? 0);
  const passedCheckAtMs = latest(before.passedCheckAtMs, report.passedCheckAtMs);
  const isTakenBack = (error: ReportedError) => isCheck(error) && passedCheckAtMs !== undefined && error.atMs <= passedCheckAtMs;
  const overruledCheckAtMs = stillOverruled(before.overruledCheckAtMs, report);
  const doChecksCount = !isBuyerPaused && overruledCheckAtMs === undefined;
  const counts = (error: ReportedError) => error.atMs > lastSuccessAtMs;
  const hasRecovered = isClosed && report.passedCheckAtMs !== undefined;
  const kept = before.errors.filter((error) => counts(error) && !(hasRecovered && isTakenBack(error)));
  const news = report.errors.filter((error) => counts(error) && !isTakenBack(error) && (doChecksCount || isDelivery(error)));
  const errors = [...kept, ...news].sort((a, b) => a.atMs - b.atMs);
  const began = [hasRecovered ? null : before.sinceMs, errors[0]?.atMs ?? null].filter((atMs) => atMs !== null && atMs > lastSuccessAtMs);
  return {
    streak: {
      errors: errors.slice(-Math.max(trips, 1)),
      sinceMs: errors.length === 0 ? null : Math.min(...began.map(Number)),
      lastSuccessAtMs,
      ...(passedCheckAtMs === undefined ? {} : { passedCheckAtMs }),
      ...(overruledCheckAtMs === undefined ? {} : { overruledCheckAtMs }),
    },
    news,
    onlyChecks: errors.every(isCheck),
  };
}

/** A destination that checks alone had shut answered a lead: what they say is overruled, unless one has passed since. */
export function overruled(after: Streak, checksUntilThen: readonly ReportedError[]): Streak {
  const overruledCheckAtMs = latestCheckAtMs(checksUntilThen) ?? 0;
  return (after.passedCheckAtMs ?? -1) > overruledCheckAtMs ? after : { ...after, overruledCheckAtMs };
}

/** True for a health check that failed. */
export function isCheck(error: ReportedError): error is FailedCheck {
  return error.code === 'health-check';
}

/** True for an attempt with a lead. */
export function isDelivery(error: ReportedError): error is FailedDelivery {
  return !isCheck(error);
}

/** Each further check that fails is overruled, too, so that one which passed before it restores nothing. */
function stillOverruled(untilMs: number | undefined, { errors, passedCheckAtMs }: Report): number | undefined {
  if (untilMs === undefined || (passedCheckAtMs ?? -1) > untilMs) return undefined;
  return latest(untilMs, latestCheckAtMs(errors));
}

function latestCheckAtMs(errors: readonly ReportedError[]): number | undefined {
  const times = errors.filter(isCheck).map(({ atMs }) => atMs);
  return times.length === 0 ? undefined : Math.max(...times);
}

function latest(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? (now ?? before) : Math.max(before, now);
}
