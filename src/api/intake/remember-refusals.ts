import type { Pace } from '../../domain/intake-limit/decide.ts';
import type { SourceLimitStore } from '../../store/store.ts';

const MICROS_PER_MS = 1_000;

interface Refusal {
  untilMs: number;
  pace: Pace;
}

/**
 * Remembers a refusal until the moment the database named: a source that keeps sending meanwhile costs no statement. Nobody can be
 * granted anything before, as what is owed only grows; only a lead given back by another process is noticed a little later.
 */
export function rememberRefusals(limits: SourceLimitStore, nowMs: () => number): SourceLimitStore {
  /** By source: as many as the configuration has with a limit. */
  const refusals = new Map<string, Refusal>();
  return {
    take: async (source, pace) => {
      const refusal = refusals.get(source);
      const leftMs = refusal && samePace(refusal.pace, pace) ? refusal.untilMs - nowMs() : 0;
      if (leftMs > 0) return { granted: false, waitMicros: Math.ceil(leftMs * MICROS_PER_MS) };
      const askedAtMs = nowMs();
      const decision = await limits.take(source, pace);
      if (decision.granted) refusals.delete(source);
      else refusals.set(source, { untilMs: askedAtMs + decision.waitMicros / MICROS_PER_MS, pace });
      return decision;
    },
    giveBack: async (source, pace) => {
      await limits.giveBack(source, pace);
      refusals.delete(source);
    },
  };
}

function samePace(one: Pace, other: Pace): boolean {
  return one.intervalMicros === other.intervalMicros && one.burst === other.burst;
}
