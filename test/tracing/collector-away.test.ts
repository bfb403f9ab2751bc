import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';
import { Collector } from './collector.ts';

const LEADS = 10;

let leadrail: Leadrail;
let collector: Collector;
let acme: StandInBuyer;

beforeAll(async () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20');
  vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '8');
  vi.stubEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4');
  // Longer than any test runs: only a bound of ours can end the wait for the collector.
  vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '3600000');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '3600000');
  collector = await Collector.start();
  collector.hangs = true;
  acme = await StandInBuyer.start();
  leadrail = await startLeadrail({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [{ id: 'acme', name: 'Acme', destinations: [{ id: 'api', type: 'webhook', url: acme.url }] }],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
});
afterAll(async () => {
  await Promise.all([acme.stop(), collector.stop()]);
  vi.unstubAllEnvs();
});

describe('a collector that never answers', () => {
  it('keeps no lead from its buyer, and Leadrail not from ending', async () => {
    await until('the collector is asked', async () => {
      await leadrail.api.get('/v1/alerts');
      return collector.requests.length > 0;
    });
    for (let number = 0; number < LEADS; number += 1) expect((await leadrail.api.postLead({ number }, 'source=web&wait=30s')).status).toBe('delivered');
    expect(acme.requests).toHaveLength(LEADS);
    await leadrail.stop();
    expect(collector.spans).toEqual([]);
  });
});
