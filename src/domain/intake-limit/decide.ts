import { PERIOD_MICROS, type SourceLimit } from './limit.ts';

/** A limit as the rule counts it: each lead costs `intervalMicros`, and up to `burst` may be owed at once. */
export interface Pace {
  intervalMicros: number;
  burst: number;
}

/** Whether one more lead may come; if not, how long until one may. */
export type LimitDecision = { granted: true } | { granted: false; waitMicros: number };

/** A decision with what is remembered of it: when all that was granted will be worked off. Times in microseconds. */
export type NextLimitDecision = LimitDecision & { clearAt: number };

/** The pace of a limit. Rounded up to whole microseconds: never faster than the limit, and slower by less than one in a hundred. */
export function paceOf({ leads, per, burst }: SourceLimit): Pace {
  return { intervalMicros: Math.ceil(PERIOD_MICROS[per] / leads), burst };
}

/**
 * The generic cell rate algorithm (ITU-T I.371) for one lead at `now`. `clearAt` is what the decision before left, null for none.
 * More than a full burst is never owed: so a limit that was raised, or a clock that was set back, locks nobody out for long.
 * The statement in store/source-limits.ts writes by the same rule; a test holds the two together.
 */
export function decide(clearAt: number | null, now: number, { intervalMicros, burst }: Pace): NextLimitDecision {
  const owedUntil = Math.min(Math.max(clearAt ?? now, now), now + burst * intervalMicros);
  const latest = now + (burst - 1) * intervalMicros;
  if (owedUntil <= latest) return { granted: true, clearAt: owedUntil + intervalMicros };
  return { granted: false, clearAt: owedUntil, waitMicros: owedUntil - latest };
}
