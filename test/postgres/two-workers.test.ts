import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { postLeads, untilAll } from '../support/posting.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { startTopology, type Topology } from '../support/topology.ts';
import { until } from '../support/until.ts';

/** In a row that shut a destination. */
const TRIPS = 12;
/** A worker's picture of the gates is a quarter of a second old at most, and reading it takes a while: a lead that comes later meets the new gate. */
const OLDEST_PICTURE_MS = 1_000;
/** Enough that letting them go takes seconds, in which sweeps fall. */
const HELD = 120;
/** More than a worker lets pass between two sweeps. */
const SWEPT_BY_THEN_MS = 11_000;

let topology: Topology;
let first: ApiClient;
let second: ApiClient;
let healthy: StandInBuyer;
let failing: StandInBuyer;
let paused: StandInBuyer;

beforeAll(async () => {
  [healthy, failing, paused] = await Promise.all([StandInBuyer.start(), StandInBuyer.start(), StandInBuyer.start()]);
  topology = await startTopology({ apis: 2, workers: 2 });
  [first, second] = [topology.admin(topology.apis[0]), topology.admin(topology.apis[1])];
});
afterAll(async () => {
  await topology.stop();
  await Promise.all([healthy, failing, paused].map((buyer) => buyer.stop()));
});

async function breakerState(buyer: string): Promise<unknown> {
  return (await first.get(`/v1/buyers/${buyer}/breaker`)).body['state'];
}

describe('two APIs and two workers', () => {
  it('come up at the same moment on an empty database, and share one configuration', async () => {
    for (const { address } of topology.apis) expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(topology.workers.map(({ isRunning }) => isRunning)).toEqual([true, true]);
    const destinations = (buyer: StandInBuyer) => [{ id: 'api', type: 'webhook', url: buyer.url, retry: { attempts: 1 } }];
    await first.configure({
      sources: [{ id: 'web' }],
      buyers: [
        { id: 'healthy', destinations: destinations(healthy) },
        { id: 'failing', breaker: { trips: TRIPS, cooldown: '1h' }, destinations: destinations(failing) },
        { id: 'paused', destinations: destinations(paused) },
      ],
      routes: ['healthy', 'failing', 'paused'].map((buyer) => ({ id: buyer, when: `lead.to == "${buyer}"`, deliver: [buyer] })),
    });
    await until('the other API has the configuration', async () => {
      const { status } = await second.post('/v1/leads?source=web', { to: 'healthy' });
      return status === 202;
    });
  });

  it('bring every lead through, whichever API took it, by the hands of both workers', async () => {
    const leads: string[] = [];
    await until('both workers have taken part', async () => {
      leads.push(...(await postLeads([first, second], { to: 'healthy' }, 30)));
      await untilAll('delivered', leads, first);
      return (await topology.workersOf(leads, topology.workers)).size === 2;
    });
    for (const { deliveries } of await untilAll('delivered', leads, second)) {
      expect(healthy.requests.filter(({ key }) => key === deliveries[0]?.id)).toHaveLength(1);
    }
  });

  it('take one idempotency key once, also when both APIs are asked at once', async () => {
    const lead = { to: 'healthy', asked: 'twice' };
    const answers = await Promise.all([first, second].map((api) => api.post('/v1/leads?source=web', lead, { 'Idempotency-Key': 'twice' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 202]);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
  });
});

describe('a gate that two workers share', () => {
  it('is shut by errors that neither of them has seen all of', async () => {
    failing.answers(() => ({ status: 500 }));
    await until('errors of both have shut it', async () => {
      const leads = await postLeads([first, second], { to: 'failing' }, TRIPS);
      await until('the breaker is open', async () => (await breakerState('failing')) === 'open');
      if ((await topology.workersOf(leads, topology.workers)).size === 2) return true;
      await first.post('/v1/buyers/failing/resume', {});
      await until('the breaker is closed', async () => (await breakerState('failing')) === 'closed');
      return false;
    });
    await delay(OLDEST_PICTURE_MS);
    const before = failing.requests.length;
    await untilAll('held', await postLeads([first, second], { to: 'failing' }, TRIPS), first);
    expect(failing.requests.length).toBe(before);
  });

  it('keeps both from a paused buyer, and lets each held lead go once, with both releasing and sweeping', async () => {
    await first.post('/v1/buyers/paused/pause', { reason: 'on holiday' });
    await until('the pause is in force', async () => (await breakerState('paused')) === 'paused');
    await delay(OLDEST_PICTURE_MS);
    const leads = await postLeads([first, second], { to: 'paused' }, HELD);
    await untilAll('held', leads, second);
    expect((await topology.workersOf(leads.slice(0, 60), topology.workers)).size).toBe(2);
    expect(paused.requests).toEqual([]);

    await second.post('/v1/buyers/paused/resume', {});
    const swept = delay(SWEPT_BY_THEN_MS);
    const delivered = await untilAll('delivered', leads, first);
    await swept;
    expect(paused.requests.map(({ key }) => key).sort()).toEqual(delivered.map(({ deliveries }) => deliveries[0]?.id).sort());
  });
});
