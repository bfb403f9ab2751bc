import type { SourceConfig } from '../../domain/config/schema.ts';
import { paceOf } from '../../domain/intake-limit/decide.ts';
import { describeLimit } from '../../domain/intake-limit/limit.ts';
import type { Store } from '../../store/store.ts';
import { Problem } from '../http/problem.ts';

const MICROS_PER_SECOND = 1_000_000;

/** A place within a source's limit. */
export interface Place {
  /** For a lead that was known already: it uses nothing up. */
  giveBack(): Promise<void>;
}

const FREE: Place = { giveBack: () => Promise.resolve() };

/**
 * Takes a place within the source's limit for one lead; a source without one is not counted. Beyond the limit it rejects with a 429
 * that says when to come back, unless the idempotency key stands for a lead already: that one is answered as before.
 */
export async function takePlace({ id, limit }: SourceConfig, idempotencyKey: string | null, store: Pick<Store, 'leads' | 'sourceLimits'>): Promise<Place> {
  if (limit === null) return FREE;
  const pace = paceOf(limit);
  const decision = await store.sourceLimits.take(id, pace);
  if (decision.granted) return { giveBack: () => store.sourceLimits.giveBack(id, pace) };
  if (idempotencyKey !== null && (await store.leads.hasKey(id, idempotencyKey))) return FREE;
  const seconds = Math.max(1, Math.ceil(decision.waitMicros / MICROS_PER_SECOND));
  throw new Problem(429, `Source ${id} has used up its limit of ${describeLimit(limit)}. This lead was not stored; send it again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
