import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, LeadAnswer } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let source: ApiClient;
let acme: StandInBuyer;
let bravo: StandInBuyer;

beforeAll(async () => {
  leadrail = await startLeadrail();
  acme = await StandInBuyer.start();
  bravo = await StandInBuyer.start();
  const destination = (buyer: StandInBuyer) => ({ id: 'api', type: 'webhook', url: buyer.url, retry: { attempts: 1 } });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'acme', breaker: { trips: 5, cooldown: '1h' }, destinations: [destination(acme)] },
      { id: 'probed', breaker: { trips: 5, cooldown: '150ms' }, destinations: [destination(acme)] },
      { id: 'bravo', destinations: [destination(bravo)] },
    ],
    routes: [
      { id: 'chain', when: 'lead.to == "chain"', deliver: [{ firstOf: ['acme', 'bravo'] }] },
      { id: 'probed', when: 'lead.to == "probed"', deliver: ['probed'] },
      { id: 'bravo', when: 'lead.to == "bravo"', deliver: ['bravo'] },
      { id: 'only', deliver: ['acme'] },
    ],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
  await bravo.stop();
});
afterEach(() => acme.answers(() => ({})));

async function breakerState(buyer: string): Promise<string> {
  return String((await leadrail.api.get(`/v1/buyers/${buyer}/breaker`)).body['state']);
}

/** Sends leads one after the other until the breaker has that state. */
async function sendUntil(state: string, buyer: string, to: string): Promise<LeadAnswer[]> {
  const leads: LeadAnswer[] = [];
  await until(`${buyer} is ${state}`, async () => {
    if ((await breakerState(buyer)) === state) return true;
    leads.push(await source.postLead({ to, number: leads.length }));
    return (await breakerState(buyer)) === state;
  });
  return leads;
}

async function delivered(leads: LeadAnswer[]): Promise<void> {
  await until('every lead is delivered', async () => {
    const states = await Promise.all(leads.map(async ({ id }) => (await leadrail.api.lead(id)).status));
    return states.every((state) => state === 'delivered');
  });
}

describe('a buyer that goes down', () => {
  it('is shut after five errors in a row; leads go to the next buyer or are held; resumed, each held lead arrives once', async () => {
    await acme.goDown();
    const failed = await sendUntil('open', 'acme', 'chain');
    expect(failed.length).toBeGreaterThanOrEqual(5);
    expect(failed.every(({ status }) => status === 'delivered')).toBe(true);

    const alerts = JSON.stringify((await leadrail.api.get('/v1/alerts')).body);
    expect(alerts).toContain('breaker-open');

    // A worker's picture of the gates is at most a quarter of a second old: leads of that moment are still tried at acme.
    const moved = await until('a lead passes acme by', async () => {
      const posted = await source.postLead({ to: 'chain', after: 'open' });
      return posted.deliveries[0]?.status === 'skipped' && posted;
    });
    expect(moved.deliveries.map(({ buyer, status, attempts }) => [buyer, status, attempts.length])).toEqual([
      ['acme', 'skipped', 0],
      ['bravo', 'delivered', 1],
    ]);

    const held: LeadAnswer[] = [];
    for (let number = 0; number < 30; number += 1) held.push(await source.postLead({ to: 'acme', held: number }));
    expect(new Set(held.map(({ status }) => status))).toEqual(new Set(['held']));

    await acme.comeBack();
    expect((await leadrail.api.post('/v1/buyers/acme/resume', {})).status).toBeLessThan(300);
    await delivered(held);
    const keys = acme.requests.map(({ key }) => key);
    for (const { deliveries } of held) expect(keys.filter((key) => key === deliveries[0]?.id)).toHaveLength(1);
    // Those that had gone to bravo are not sold twice.
    for (const { deliveries } of failed) expect(acme.taken.has(deliveries[0]?.id ?? '')).toBe(false);
    expect(await breakerState('acme')).toBe('closed');
    await until('the alert is cleared', async () => {
      const items = (await leadrail.api.get('/v1/alerts')).body['items'];
      return Array.isArray(items) && items.every((alert: { clearedAt: unknown }) => alert.clearedAt !== null);
    });
  });

  it('is probed by one held lead after the cooldown, and opens again for all when it answers', async () => {
    acme.answers(() => ({ status: 503 }));
    const failed = await sendUntil('open', 'probed', 'probed');
    const held: LeadAnswer[] = [];
    for (let number = 0; number < 5; number += 1) held.push(await source.postLead({ to: 'probed', held: number }));
    const before = acme.requests.length;
    await until('a probe has failed', () => acme.requests.length > before);
    acme.answers(() => ({}));
    await delivered(held);
    // What ran out of retries in the outage is sent again by itself.
    await delivered(failed);
    expect(await breakerState('probed')).toBe('closed');
  });
});

describe('a pause by hand', () => {
  it('holds leads of its only buyer until it is resumed, by signals as the Temporal CLI sends them', async () => {
    const entity = leadrail.foundation.temporal.client.workflow.getHandle('buyer-acme');
    await entity.signal('pause');
    await until('acme is paused', async () => (await breakerState('acme')) === 'paused');
    // As above: leads of that moment still go out.
    const lead = await until('a lead is held', async () => {
      const posted = await source.postLead({ to: 'acme', paused: true });
      return posted.status === 'held' && posted;
    });
    await entity.signal('resume');
    await delivered([lead]);
  });

  it('through the API says why', async () => {
    await leadrail.api.post('/v1/buyers/acme/pause', { reason: 'holiday' });
    await until('acme is paused', async () => (await breakerState('acme')) === 'paused');
    expect((await leadrail.api.get('/v1/buyers/acme/breaker')).body).toMatchObject({ state: 'paused', reason: 'holiday' });
    await leadrail.api.post('/v1/buyers/acme/resume', {});
    await until('acme is open for leads', async () => (await breakerState('acme')) === 'closed');
  });
});

describe('a healthy buyer', () => {
  it('costs its entity no event per lead', async () => {
    const entity = leadrail.foundation.temporal.client.workflow.getHandle('buyer-bravo');
    const before = (await entity.describe()).historyLength;
    const leads = await Promise.all(Array.from({ length: 20 }, (_, number) => source.postLead({ to: 'bravo', healthy: number })));
    await delivered(leads);
    expect((await entity.describe()).historyLength).toBe(before);
  });
});
