import { decide, type Pace } from '../intake-limit/decide.ts';

/** A turn of one's own, so many microseconds from now; or none: so many wait that it is no use to stand in line before `waitMicros` have passed. */
export type Turn = { granted: true; waitMicros: number } | { granted: false; waitMicros: number };

/**
 * One more request of a credential at `now`, by the rule of `decide`, but with turns given out up to `aheadMicros` before they come:
 * each who waits knows its own moment, and nobody asks twice. `clearAt` is what the decision before left. Times in microseconds.
 */
export function reserve(clearAt: number | null, now: number, pace: Pace, aheadMicros: number): Turn {
  const decision = decide(clearAt, now, lineOf(pace, aheadMicros));
  if (!decision.granted) return { granted: false, waitMicros: decision.waitMicros };
  return { granted: true, waitMicros: Math.max(0, decision.clearAt - now - pace.burst * pace.intervalMicros) };
}

/** The pace by which turns are counted: as many more at once as there may stand in line. */
export function lineOf({ intervalMicros, burst }: Pace, aheadMicros: number): Pace {
  return { intervalMicros, burst: burst + Math.floor(aheadMicros / intervalMicros) };
}
