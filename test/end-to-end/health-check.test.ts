import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkerPart } from '../../src/system/worker-part.ts';
import type { Store } from '../../src/store/store.ts';
import type { ApiClient, LeadAnswer } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { StandInBuyer } from '../support/stand-in-buyer.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let source: ApiClient;
let acme: StandInBuyer;
let bravo: StandInBuyer;

/** What acme answers to a check and to a lead. */
const status = { ping: 503, leads: 200 };

/** The store, with an interval of every health check that is over at once: a configuration cannot ask for one. */
function hurried(store: Store): Store {
  const { healthChecks } = store;
  const claim: typeof healthChecks.claim = (checks, most) => healthChecks.claim(checks.map((check) => ({ ...check, everyMs: 1 })), most);
  return { ...store, healthChecks: { claim, note: (check) => healthChecks.note(check) } };
}

beforeAll(async () => {
  acme = await StandInBuyer.start();
  bravo = await StandInBuyer.start();
  acme.answers(({ path }) => ({ status: path === '/ping' ? status.ping : status.leads }));
  leadrail = await startLeadrail({ worker: false });
  const { foundation } = leadrail;
  await startWorkerPart({ ...foundation, store: hurried(foundation.store) }, (error) => {
    throw error;
  });
  const destination = ({ url }: StandInBuyer) => ({ id: 'api', type: 'webhook', url, retry: { attempts: 1 }, healthCheck: { url: url.replace('/leads', '/ping'), every: '10s' } });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'acme', breaker: { trips: 2, cooldown: '1h' }, destinations: [destination(acme)] },
      { id: 'bravo', destinations: [destination(bravo)] },
    ],
    routes: [{ id: 'all', deliver: ['acme'] }],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await acme.stop();
  await bravo.stop();
});

const state = async () => (await leadrail.api.get('/v1/buyers/acme/breaker')).body['state'];
const alerts = async () => (await leadrail.api.get('/v1/alerts')).body['items'] as { clearedAt: string | null }[];
const leadsSeen = () => acme.requests.filter(({ path }) => path === '/leads');
const checksSeen = () => acme.requests.filter(({ path }) => path === '/ping').length;
async function delivered(leads: LeadAnswer[]): Promise<void> {
  await until('every lead is delivered', async () => {
    const states = await Promise.all(leads.map(async ({ id }) => (await leadrail.api.lead(id)).status));
    return states.every((one) => one === 'delivered');
  });
}

describe('a buyer that goes down when no lead comes', () => {
  it('is shut by its health check, so that leads wait without an attempt, and gets each of them once when it is back', async () => {
    await until('acme is shut', async () => (await state()) === 'open');
    expect(leadsSeen()).toEqual([]);
    expect(await alerts()).toMatchObject([
      { kind: 'breaker-open', buyer: 'acme', destination: 'api', lead: null, clearedAt: null, reason: expect.stringMatching(/^2 errors in a row, the last: the health check failed: HTTP 503 .*Check/) as string },
    ]);

    const leads: LeadAnswer[] = [];
    for (let number = 0; number < 10; number += 1) leads.push(await source.postLead({ number }));
    expect(leads.map(({ status: standing, deliveries }) => [standing, deliveries[0]?.attempts.length])).toEqual(leads.map(() => ['held', 0]));
    expect(leadsSeen()).toEqual([]);

    status.ping = 200;
    await delivered(leads);
    expect(leadsSeen().map(({ key }) => key).sort()).toEqual(leads.map(({ deliveries }) => deliveries[0]?.id).sort());
    expect(await state()).toBe('closed');
    await until('the alert is cleared', async () => (await alerts()).every(({ clearedAt }) => clearedAt !== null));
  });

  it('is shut by leads that fail whatever its checks say, and probed by a lead as soon as one passes after a failed one', async () => {
    status.leads = 503;
    const failed = [await source.postLead({ fails: 1 }), await source.postLead({ fails: 2 })];
    await until('acme is shut', async () => (await state()) === 'open');
    status.ping = 503;
    const checks = checksSeen();
    await until('a check has failed', () => checksSeen() > checks);
    expect(await state()).toBe('open');
    status.ping = 200;
    await until('a probe is granted, an hour before its time', async () => (await state()) === 'half-open');
    status.leads = 200;
    await delivered([await source.postLead({ probe: true }), ...failed]);
    expect(await state()).toBe('closed');
  });
});

describe('a buyer whose checks pass', () => {
  it('costs its entity no event', async () => {
    const entity = leadrail.foundation.temporal.client.workflow.getHandle('buyer-bravo');
    const before = (await entity.describe()).historyLength;
    const checks = bravo.requests.length;
    await until('three more checks were made', () => bravo.requests.length >= checks + 3);
    expect((await entity.describe()).historyLength).toBe(before);
  });
});
