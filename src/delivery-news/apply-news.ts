import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';
import type { DeliveryNews, NewsResult } from './news.ts';

export interface NewsDependencies {
  store: { news: Store['news'] };
  engine: Pick<Engine, 'report' | 'startRedelivery'>;
  redeliver: { repeatOnce(deliveryId: string): Promise<unknown> };
  log: Pick<Logger, 'warn'>;
  metrics: Pick<Metrics, 'deliveryNews'>;
}

/**
 * Takes in what a provider says of a delivery later on: the delivery's state follows, the failover chain that it had satisfied goes on, or
 * else it is sent once more where the failure may pass, and the buyer's breaker hears of it. In a row are failures that no confirmed delivery of the destination came after.
 */
export async function applyNews({ store, engine, redeliver, log, metrics }: NewsDependencies, news: DeliveryNews): Promise<NewsResult> {
  const { deliveryId, at, event, bounce, code, reason, countsForBreaker, mayPass } = news;
  const taken = await store.news.take({ deliveryId, at, event, explanation: reason, ...(bounce === undefined ? {} : { bounce }) });
  if (taken.result !== 'applied') return taken.result;
  const { buyer, destination, type, leadId, lastConfirmedAt, goesOn } = taken;
  metrics.deliveryNews({ buyer, destination, type, news: bounce === undefined ? event : `bounced-${bounce}` });
  if (goesOn !== null) {
    const { source, plan, number } = goesOn;
    await engine
      .startRedelivery({ leadId, source, plan }, number)
      .catch((error: unknown) => log.warn({ lead: leadId, redelivery: number, ...describeError(error) }, 'a chain that goes on after a late failure could not be started; the sweep starts it'));
  } else if (mayPass) {
    await redeliver.repeatOnce(deliveryId).catch((error: unknown) => log.warn({ lead: leadId, deliveryId, ...describeError(error) }, 'a delivery that failed late could not be sent once more; it is a dead letter'));
  }
  if (!countsForBreaker) return taken.result;
  const lastSuccessAtMs = lastConfirmedAt === null ? null : Date.parse(lastConfirmedAt);
  // The state is what counts, and is written: a breaker that misses one failure hears the next.
  await engine
    .report(buyer, { destination, errors: [{ atMs: Date.parse(at), code, leadId }], lastSuccessAtMs, probe: null })
    .catch((error: unknown) => log.warn({ buyer, deliveryId, ...describeError(error) }, 'a buyer’s breaker did not hear of a failure that came late'));
  return taken.result;
}
