import { describe, expect, it } from 'vitest';
import type { StoreCounts } from '../store/store.ts';
import { readExposition, valueOf } from './exposition.test-support.ts';
import { createMetrics, type Metrics } from './metrics.ts';

const NOTHING_OPEN: StoreCounts = { held: [], deadLetters: [], leadsWithoutRoute: 0, leadsDelivering: 0, oldestDeliveringAt: null, alertsOpen: [] };
const ACME = { buyer: 'acme', destination: 'api', type: 'webhook' };

function metricsOver(read: () => Promise<StoreCounts>, options: { gaugesMaxAgeMs?: number } = {}): Metrics {
  return createMetrics({
    version: '1.2.3',
    store: { counts: { read }, gates: { all: () => Promise.resolve([]) } },
    configuration: { current: () => Promise.resolve(null) },
    temporalSdkUrl: null,
    clock: () => new Date('2026-03-01T10:00:30.000Z'),
    ...options,
  });
}

const seriesOf = async (metrics: Metrics) => readExposition(await metrics.scrape());

describe('the metrics of a process', () => {
  it('count attempts by what they came to, their seconds, and the retries among them', async () => {
    const metrics = metricsOver(() => Promise.resolve(NOTHING_OPEN));
    metrics.attemptEnded({ ...ACME, outcome: 'error', kind: 'transient', durationMs: 10_500, willRetry: true });
    metrics.attemptEnded({ ...ACME, outcome: 'success', kind: null, durationMs: 200, willRetry: false });
    metrics.deliverySettled({ ...ACME, state: 'delivered' });
    const families = await seriesOf(metrics);
    expect(valueOf(families, 'leadrail_attempts_total', { ...ACME, outcome: 'error', kind: 'transient' })).toBe(1);
    expect(valueOf(families, 'leadrail_attempts_total', { ...ACME, outcome: 'success', kind: 'none' })).toBe(1);
    expect(valueOf(families, 'leadrail_retries_total', ACME)).toBe(1);
    expect(valueOf(families, 'leadrail_attempt_duration_seconds_sum', ACME)).toBeCloseTo(10.7);
    expect(valueOf(families, 'leadrail_attempt_duration_seconds_bucket', { ...ACME, le: '0.25' })).toBe(1);
    expect(valueOf(families, 'leadrail_deliveries_settled_total', { ...ACME, state: 'delivered' })).toBe(1);
  });

  it('make no label of what else an object carries', async () => {
    const metrics = metricsOver(() => Promise.resolve(NOTHING_OPEN));
    const planned = { ...ACME, id: 'an-id-of-a-delivery', state: 'delivered' } as const;
    metrics.deliverySettled(planned);
    expect(await metrics.scrape()).not.toContain('an-id-of-a-delivery');
  });

  it('ask the store once for scrapes that come together, and again when that is too old', async () => {
    let reads = 0;
    const count = () => {
      reads += 1;
      return Promise.resolve({ ...NOTHING_OPEN, leadsDelivering: reads, oldestDeliveringAt: '2026-03-01T10:00:00.000Z' });
    };
    const cached = metricsOver(count, { gaugesMaxAgeMs: 3_600_000 });
    const [first] = await Promise.all([seriesOf(cached), seriesOf(cached)]);
    expect(reads).toBe(1);
    expect(valueOf(first, 'leadrail_oldest_delivering_lead_age_seconds')).toBe(30);
    const uncached = metricsOver(count, { gaugesMaxAgeMs: 0 });
    await seriesOf(uncached);
    expect(valueOf(await seriesOf(uncached), 'leadrail_leads_delivering')).toBe(3);
  });

  it('wait for a store that hangs no longer than a scrape can, and do without', async () => {
    const families = await seriesOf(metricsOver(() => new Promise(() => undefined)));
    expect(valueOf(families, 'leadrail_scrape_part_up', { part: 'store' })).toBe(0);
    expect(families.get('leadrail_leads_delivering')?.samples).toEqual([]);
    expect(valueOf(families, 'leadrail_build_info', { version: '1.2.3' })).toBe(1);
  });

  it('have nothing about a worker where there is none', async () => {
    const metrics = metricsOver(() => Promise.resolve(NOTHING_OPEN));
    expect((await seriesOf(metrics)).has('leadrail_worker_polling')).toBe(false);
    let polls = true;
    metrics.watchWorker(() => polls);
    expect(valueOf(await seriesOf(metrics), 'leadrail_worker_polling')).toBe(1);
    polls = false;
    expect(valueOf(await seriesOf(metrics), 'leadrail_worker_polling')).toBe(0);
  });
});
