import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporalUnavailable } from '../../src/temporal/engine.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

const BURST = 300;
const SLOW_MS = 200;

let leadrail: Leadrail;
let acme: StandInBuyer;
let source: ApiClient;

beforeAll(async () => {
  leadrail = await startLeadrail();
  acme = await StandInBuyer.start();
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [{ id: 'acme', breaker: { trips: 1_000 }, destinations: [{ id: 'api', type: 'webhook', url: acme.url }] }],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
});

/** Posts so many leads all at the same time, and gives their ids. */
async function postBurst(name: string): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: BURST }, (_, number) => source.post('/v1/leads', { name, number })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const ids = answers.map(({ body }) => String(body.id));
  expect(new Set(ids).size).toBe(BURST);
  return ids;
}

/** Waits until none of them is under way any more, then looks at each and at what the buyer has seen of it. */
async function expectEachDeliveredOnce(ids: string[]): Promise<void> {
  const { store } = leadrail.foundation;
  for (const id of ids) await until(`lead ${id} has an end`, async () => (await store.leads.status(id)) !== 'delivering');
  for (const id of ids) {
    const { status, deliveries } = await leadrail.api.lead(id);
    const [{ id: key, attempts } = { id: '', attempts: [] }, ...others] = deliveries;
    expect({ id, status, others, isTaken: acme.taken.has(key) }).toEqual({ id, status: 'delivered', others: [], isTaken: true });
    // A request may leave twice, with the same key, where a machine is too busy for its heartbeats; never without its evidence.
    expect(acme.requests.filter((request) => request.key === key).length).toBeLessThanOrEqual(attempts.length);
  }
}

describe('leads that come in faster than they are delivered', () => {
  it('are all taken, and each reaches a slow buyer once', { timeout: 240_000 }, async () => {
    acme.answers(async () => {
      await delay(SLOW_MS);
      return {};
    });
    const ids = await postBurst('slow buyer');
    // They were taken faster than they could be delivered: that is what this is about.
    expect((await leadrail.foundation.store.leads.search({ status: 'delivering' }, 1, null)).items).toHaveLength(1);
    await expectEachDeliveredOnce(ids);
    expect(acme.taken.size).toBe(BURST);
  });

  it('are all taken while Temporal cannot be reached, and delivered once it can', { timeout: 240_000 }, async () => {
    acme.answers(() => ({}));
    const { engine } = leadrail.foundation;
    const startLead = engine.startLead.bind(engine);
    engine.startLead = () => Promise.reject(new TemporalUnavailable('away in this test'));
    const ids = await postBurst('Temporal away');
    expect(acme.requests.some(({ body }) => body.includes('Temporal away'))).toBe(false);
    engine.startLead = startLead;
    await expectEachDeliveredOnce(ids);
    expect(acme.taken.size).toBe(2 * BURST);
  });
});
