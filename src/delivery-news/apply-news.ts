import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';
import type { DeliveryNews, NewsResult } from './news.ts';

export interface NewsDependencies {
  store: { news: Store['news'] };
  engine: Pick<Engine, 'report'>;
  /** Does what is left to do for the lead; once, however often it is asked. */
  redeliver: { takeUp(deliveryId: string, failure: Pick<DeliveryNews, 'mayPass'>): Promise<unknown> };
  log: Pick<Logger, 'warn'>;
}

/**
 * Takes in what a provider says of a delivery later on: the delivery's state follows, a failover chain goes on to who comes next or the
 * delivery is tried once more, and the buyer's breaker hears of a failure. Rejects with `TemporalUnavailable` where nothing can be sent yet. In a row are failures that no confirmed delivery of the destination came after.
 */
export async function applyNews({ store, engine, redeliver, log }: NewsDependencies, news: DeliveryNews): Promise<NewsResult> {
  const { deliveryId, at, event, code, reason, countsForBreaker, mayPass } = news;
  const taken = await store.news.take({ deliveryId, at, event, explanation: reason });
  if (event !== 'failed') return taken.result;
  if (taken.result === 'applied' && countsForBreaker) {
    const { buyer, destination, leadId, lastConfirmedAt } = taken;
    const lastSuccessAtMs = lastConfirmedAt === null ? null : Date.parse(lastConfirmedAt);
    // The state is what counts, and is written: a breaker that misses one failure hears the next.
    await engine
      .report(buyer, { destination, errors: [{ atMs: Date.parse(at), code, leadId }], lastSuccessAtMs, probe: null })
      .catch((error: unknown) => log.warn({ buyer, deliveryId, ...describeError(error) }, 'a buyer’s breaker did not hear of a failure that came late'));
  }
  // Also for news that is known: whoever brought it may have broken off here.
  if (taken.result === 'applied' || taken.result === 'stale') await redeliver.takeUp(deliveryId, { mayPass });
  return taken.result;
}
