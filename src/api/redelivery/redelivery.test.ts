import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allDeliveries } from '../../domain/delivery/plan.ts';
import type { Settlement } from '../../store/records.ts';
import { TemporalUnavailable, type Engine } from '../../temporal/engine.ts';
import { leadSchema } from '../leads/lead-shape.ts';
import { CONFIG as BASE, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

/** With a fan-out of two required destinations besides, for Nevada. */
const CONFIG = { ...BASE, routes: [...BASE.routes, { id: 'desert', when: 'lead.state == "NV"', deliver: ['acme/api', 'bravo'] }] };

let api: ApiUnderTest;
const startedSchema = z.object({ redelivery: z.int(), deliveries: z.array(z.string()), lead: leadSchema });

beforeAll(async () => {
  api = await startApi();
  expect((await api.call('PUT', '/v1/config', { body: CONFIG })).status).toBe(200);
});
afterAll(() => api.close());
afterEach(() => {
  api.engine.isAway = false;
});

const FAN_OUT = { state: 'CA' };
const CHAIN = { state: 'TX' };
/** Two required destinations in parallel. */
const BESIDE = { state: 'NV' };

async function readLead(id: string) {
  return leadSchema.parse((await api.call('GET', `/v1/leads/${id}`)).json);
}

/** A lead whose deliveries ended as given, in the order of its plan. */
async function endedLead(fields: Record<string, unknown>, ...states: Settlement['state'][]) {
  const id = await api.sendLead(fields);
  const { deliveries } = await readLead(id);
  for (const [index, state] of states.entries()) await api.settle(deliveries[index]?.id ?? '', state);
  return readLead(id);
}

async function redeliver(path: string, body: unknown = {}) {
  const answer = await api.call('POST', path, { body });
  expect([answer.status, answer.text]).toEqual([202, answer.text]);
  const started = startedSchema.parse(answer.json);
  const run = api.engine.redeliveries.at(-1);
  if (!run) throw new Error('no redelivery was started');
  expect(run.number).toBe(started.redelivery);
  return { ...started, plan: run.lead.plan, names: allDeliveries(run.lead.plan).map(({ buyer, destination }) => `${buyer}/${destination}`) };
}

/** Does something while a redelivery asks whether Temporal is there: after it has looked at the lead, before it writes. */
async function duringPing<T>(call: () => Promise<T>, happens: () => Promise<void>): Promise<T> {
  const ping = api.engine.ping.bind(api.engine);
  api.engine.ping = () => ping().then(happens);
  try {
    return await call();
  } finally {
    api.engine.ping = ping;
  }
}

async function temporalGoesAwayAfterPing<T>(call: () => Promise<T>, happens: () => Promise<void> = () => Promise.resolve()): Promise<T> {
  return duringPing(call, async () => {
    await happens();
    api.engine.isAway = true;
  });
}

describe('a lead sent again', () => {
  it.each<[string, unknown]>([
    ['edited', { fields: { email: 'ann.d@example.com' } }],
    ['unedited', {}],
    ['by today’s route', { route: 'today' }],
  ])('renders by today’s configuration, %s', async (_, body) => {
    const lead = await endedLead(FAN_OUT, 'failed', 'failed');
    const documented = { ...CONFIG, buyers: CONFIG.buyers.map((buyer) => ({ ...buyer, name: `Buyer since ${lead.id}` })) };
    expect((await api.call('PUT', '/v1/config', { body: documented })).status).toBe(200);
    const today = (await api.configuration.current())?.version;
    expect(today).toBeGreaterThan(lead.configVersion);
    expect((await redeliver(`/v1/leads/${lead.id}/redeliver`, body)).plan.configVersion).toBe(today);
    expect((await api.call('PUT', '/v1/config', { body: CONFIG })).status).toBe(200);
  });

  it('keeps the ids of what was undelivered and unedited, in a new round, and leaves out what was delivered', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const { names, deliveries, redelivery, lead: after } = await redeliver(`/v1/leads/${lead.id}/redeliver`);
    expect([names, deliveries, redelivery]).toEqual([['acme/api'], [lead.deliveries[0]?.id], 1]);
    expect(after.status).toBe('delivering');
    expect(after.deliveries[0]).toMatchObject({ status: 'planned', round: 2, deadLetter: null, redeliveryOf: null });
  });

  it('gets new ids for what was edited; the fields are the lead’s from then on, and what was replaced is no dead letter', async () => {
    const lead = await endedLead({ ...FAN_OUT, email: 'ann@example.com' }, 'rejected', 'delivered');
    const { deliveries, names, lead: after } = await redeliver(`/v1/leads/${lead.id}/redeliver`, { fields: { email: 'ann.b@example.com' } });
    const [old] = lead.deliveries;
    expect(names).toEqual(['acme/api']);
    expect(deliveries).not.toContain(old?.id);
    expect(after.deliveries.find(({ id }) => id === deliveries[0])).toMatchObject({ redeliveryOf: old?.id, status: 'planned' });
    expect(after.deliveries.find(({ id }) => id === old?.id)).toMatchObject({ status: 'discarded', deadLetter: null });
    expect(after.fields).toMatchObject({ email: 'ann.b@example.com', state: 'CA' });
    const single = await api.call('POST', `/v1/deliveries/${old?.id ?? ''}/redeliver`, { body: {} });
    expect([single.status, single.text.includes(deliveries[0] ?? 'none')]).toEqual([409, true]);
  });

  it('gets a new id for what its provider took and lost later on: under the old one it would be taken for a repetition', async () => {
    const lead = await endedLead(FAN_OUT, 'delivered', 'delivered');
    const bounced = lead.deliveries[0]?.id ?? '';
    await api.store.news.take({ deliveryId: bounced, at: '2026-03-02T10:00:00.000Z', event: 'failed', explanation: 'It came back.' });
    const { plan, names } = await redeliver(`/v1/leads/${lead.id}/redeliver`);
    expect(names).toEqual(['acme/api']);
    expect(allDeliveries(plan)[0]?.id).not.toBe(bounced);
    const { deliveries } = await readLead(lead.id);
    expect(deliveries.map(({ id, status, deadLetter, redeliveryOf }) => (id === bounced ? [status, deadLetter] : [status, redeliveryOf]))).toEqual([['discarded', null], ['delivered', null], ['planned', bounced]]);
  });

  it('is sent anew under new ids where everything was delivered', async () => {
    const lead = await endedLead(FAN_OUT, 'delivered', 'delivered');
    const { deliveries, lead: after } = await redeliver(`/v1/leads/${lead.id}/redeliver`);
    expect(deliveries).toHaveLength(2);
    const originals = after.deliveries.filter(({ id }) => deliveries.includes(id)).map(({ redeliveryOf }) => redeliveryOf);
    expect(originals).toEqual(lead.deliveries.map(({ id }) => id));
  });

  it('runs an unsatisfied chain again as a chain', async () => {
    const lead = await endedLead(CHAIN, 'rejected', 'failed');
    const { plan, deliveries } = await redeliver(`/v1/leads/${lead.id}/redeliver`);
    expect([plan.fanOut.length, plan.chains.map(({ entries }) => entries.length)]).toEqual([0, [2]]);
    expect(deliveries).toEqual(lead.deliveries.map(({ id }) => id));
  });

  it('goes by today’s route where that is asked for, also when no route took it before', async () => {
    const lead = await endedLead({ state: 'NY' });
    expect((await api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} })).status).toBe(409);
    expect((await api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: { route: 'today' } })).status).toBe(409);
    const { names, lead: after } = await redeliver(`/v1/leads/${lead.id}/redeliver`, { route: 'today', fields: { state: 'CA' } });
    expect([names, after.route, after.status]).toEqual([['acme/api', 'acme/copy'], 'west', 'delivering']);
  });

  it('does not sell twice by today’s route what a buyer of it has taken', async () => {
    const lead = await endedLead(FAN_OUT, 'delivered', 'failed');
    const { names } = await redeliver(`/v1/leads/${lead.id}/redeliver`, { route: 'today' });
    expect(names).toEqual(['acme/copy']);
  });

  it.each<[string, Settlement['state'][], string]>([
    ['under way', ['failed'], 'being delivered'],
    ['held', ['held', 'failed'], 'Resume the buyer'],
    ['queued', ['queued', 'failed'], 'batch'],
  ])('is refused while something is %s', async (_, states, words) => {
    const lead = await endedLead(FAN_OUT, ...states);
    for (const path of ['redeliver', 'discard']) {
      const answer = await api.call('POST', `/v1/leads/${lead.id}/${path}`, { body: path === 'discard' ? { reason: 'a test' } : {} });
      expect([answer.status, answer.text]).toEqual([409, expect.stringContaining(words)]);
    }
  });

  it('is checked as at intake when it was edited', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'failed');
    const answer = await api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: { fields: { phone: 'none' } } });
    expect([answer.status, answer.json]).toEqual([422, expect.objectContaining({ errors: [expect.objectContaining({ field: 'phone' })] })]);
  });

  it('changes nothing while Temporal is away', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    api.engine.isAway = true;
    const answer = await api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: { fields: { email: 'new@example.com' } } });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await readLead(lead.id)).toEqual(lead);
  });

  it('is taken back when Temporal goes away in between', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const answer = await temporalGoesAwayAfterPing(() => api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} }));
    expect(answer.status).toBe(503);
    expect((await readLead(lead.id)).deliveries[0]).toMatchObject({ status: 'failed', deadLetter: 'undeliverable' });
  });

  it('gives back what had been given up when Temporal goes away in between', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    await api.call('POST', `/v1/deliveries/${lead.deliveries[0]?.id ?? ''}/discard`, { body: { reason: 'no longer wanted' } });
    const answer = await temporalGoesAwayAfterPing(() => api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} }));
    expect(answer.status).toBe(503);
    expect((await readLead(lead.id)).deliveries[0]).toMatchObject({ status: 'discarded', reason: 'no longer wanted', round: 2, deadLetter: null });
  });

  it('leaves what was held meanwhile to the sweep when Temporal goes away, so that it is sent all the same', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const id = lead.deliveries[0]?.id ?? '';
    await temporalGoesAwayAfterPing(
      () => api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} }),
      async () => {
        await api.store.deliveries.startRound(id, `lead-${lead.id}/redelivery-100`);
        await api.settle(id, 'held');
      },
    );
    expect(await readLead(lead.id)).toMatchObject({ status: 'delivering', deliveries: [{ status: 'planned', deadLetter: null }, {}] });
  });

  it.each([{}, { fields: { email: 'ann.c@example.com' } }])('is refused and taken back when somebody else sends one of it meanwhile (%j)', async (body) => {
    const lead = await endedLead(FAN_OUT, 'failed', 'failed');
    const [first, second] = lead.deliveries;
    const started = api.engine.redeliveries.length;
    const answer = await duringPing(
      () => api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body }),
      async () => {
        await api.store.deliveries.startRound(second?.id ?? '', `lead-${lead.id}/redelivery-100`);
      },
    );
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('already')]);
    expect(api.engine.redeliveries).toHaveLength(started);
    const after = await readLead(lead.id);
    expect(after.deliveries.map(({ id, status, deadLetter }) => [id, status, deadLetter])).toEqual([
      [first?.id, 'failed', 'undeliverable'],
      [second?.id, 'planned', null],
    ]);
    expect(after.fields).toEqual(lead.fields);
  });

  it('starts once when asked twice at once', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const answers = await Promise.all([1, 2].map(() => api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
  });
});

describe('one delivery sent again', () => {
  it('keeps its id, or gets a new one when it was delivered', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const [failed, delivered] = lead.deliveries;
    expect((await redeliver(`/v1/deliveries/${failed?.id ?? ''}/redeliver`)).deliveries).toEqual([failed?.id]);
    const again = await redeliver(`/v1/deliveries/${delivered?.id ?? ''}/redeliver`);
    expect(again.deliveries).not.toContain(delivered?.id);
    expect(again.names).toEqual(['acme/copy']);
  });

  it('does not hide what else of the lead failed', async () => {
    const lead = await endedLead(BESIDE, 'delivered', 'failed');
    expect(lead.status).toBe('partial');
    const [delivered, failed] = lead.deliveries;
    const again = await redeliver(`/v1/deliveries/${delivered?.id ?? ''}/redeliver`);
    expect(again.names).toEqual(['acme/api']);
    const [id = ''] = again.deliveries;
    // Run by the redelivery’s own workflow, for it goes out alone.
    expect((await api.store.deliveries.get(id))?.workflowId).toBe(api.engine.redeliveryWorkflowId(lead.id, again.redelivery));
    await api.settle(id, 'delivered');
    expect(await readLead(lead.id)).toMatchObject({ status: 'partial' });
    const rest = await redeliver(`/v1/leads/${lead.id}/redeliver`);
    expect(rest.deliveries).toEqual([failed?.id]);
    await api.settle(failed?.id ?? '', 'delivered');
    expect((await readLead(lead.id)).status).toBe('delivered');
  });

  it('takes the place of the one it replaces in its chain, edited', async () => {
    const lead = await endedLead(CHAIN, 'rejected', 'failed');
    const [rejected, failed] = lead.deliveries;
    const { names, deliveries } = await redeliver(`/v1/deliveries/${failed?.id ?? ''}/redeliver`, { fields: { email: 'ann.e@example.com' } });
    expect(names).toEqual(['bravo/api']);
    const other = () => api.call('POST', `/v1/deliveries/${rejected?.id ?? ''}/redeliver`, { body: {} });
    expect([(await other()).status, (await readLead(lead.id)).status]).toEqual([409, 'delivering']);
    await api.settle(deliveries[0] ?? '', 'delivered');
    const answer = await other();
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('sell it twice')]);
    expect((await readLead(lead.id)).status).toBe('delivered');
  });

  it('leaves a chain satisfied that was satisfied, however the repetition ends', async () => {
    const lead = await endedLead(CHAIN, 'rejected', 'delivered');
    const [rejected, delivered] = lead.deliveries;
    for (let time = 0; time < 2; time += 1) {
      // By itself the first time; with its lead, which was then delivered everywhere but for the repetition, the second.
      const path = time === 0 ? `/v1/deliveries/${delivered?.id ?? ''}/redeliver` : `/v1/leads/${lead.id}/redeliver`;
      const { names, deliveries } = await redeliver(path);
      expect(names).toEqual(['bravo/api']);
      await api.settle(deliveries[0] ?? '', 'failed');
      expect((await readLead(lead.id)).status).toBe('partial');
      const answer = await api.call('POST', `/v1/deliveries/${rejected?.id ?? ''}/redeliver`, { body: {} });
      expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('sell it twice')]);
    }
    const all = await endedLead(CHAIN, 'rejected', 'delivered');
    const again = await redeliver(`/v1/leads/${all.id}/redeliver`);
    await api.settle(again.deliveries[0] ?? '', 'delivered');
    const third = await redeliver(`/v1/leads/${all.id}/redeliver`);
    expect([again.names, third.names]).toEqual([['bravo/api'], ['bravo/api']]);
    expect((await api.call('POST', `/v1/deliveries/${all.deliveries[0]?.id ?? ''}/redeliver`, { body: {} })).status).toBe(409);
  });

  it('is refused where another buyer of its chain took the lead', async () => {
    const lead = await endedLead(CHAIN, 'rejected', 'delivered');
    const answer = await api.call('POST', `/v1/deliveries/${lead.deliveries[0]?.id ?? ''}/redeliver`, { body: {} });
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('sell it twice')]);
  });

  it('is refused where its destination is gone', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'failed');
    const [acme, ...others] = CONFIG.buyers;
    const withoutCopy = { ...CONFIG, buyers: [{ ...acme, destinations: acme?.destinations.slice(0, 1) }, ...others] };
    expect((await api.call('PUT', '/v1/config', { body: withoutCopy })).status).toBe(200);
    const answer = await api.call('POST', `/v1/deliveries/${lead.deliveries[1]?.id ?? ''}/redeliver`, { body: {} });
    await api.call('PUT', '/v1/config', { body: CONFIG });
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('acme/copy')]);
  });
});

describe('giving up', () => {
  it('needs a reason, which the delivery then shows', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const path = `/v1/deliveries/${lead.deliveries[0]?.id ?? ''}/discard`;
    expect((await api.call('POST', path, { body: {} })).status).toBe(422);
    const answer = await api.call('POST', path, { body: { reason: 'bought elsewhere' } });
    const after = leadSchema.parse(answer.json);
    expect(after.deliveries[0]).toMatchObject({ status: 'discarded', reason: 'bought elsewhere', deadLetter: null });
    expect((await api.call('POST', `/v1/deliveries/${lead.deliveries[1]?.id ?? ''}/discard`, { body: { reason: 'no' } })).status).toBe(409);
  });

  it('what is held: it rests, and the workflow that waits for it is woken', async () => {
    const lead = await endedLead(BESIDE, 'held', 'delivered');
    const id = lead.deliveries[0]?.id ?? '';
    const woken: [string, string, string | undefined][] = [];
    const waking: Pick<Engine, 'releaseDelivery'> = {
      releaseDelivery: async (workflowId, deliveryId) => {
        woken.push([workflowId, deliveryId, (await api.store.deliveries.get(deliveryId))?.state]);
        // Also then it is given up: the workflow finds out when the hold runs out.
        throw new TemporalUnavailable('away in this test');
      },
    };
    const releaseDelivery = api.engine.releaseDelivery.bind(api.engine);
    Object.assign(api.engine, waking);
    const answer = await api.call('POST', `/v1/deliveries/${id}/discard`, { body: { reason: 'sold elsewhere' } });
    Object.assign(api.engine, { releaseDelivery });
    expect(answer.status).toBe(200);
    expect(leadSchema.parse(answer.json).deliveries[0]).toMatchObject({ status: 'discarded', reason: 'sold elsewhere' });
    expect(woken).toEqual([[`lead-${lead.id}/fan-out`, id, 'discarded']]);
  });

  it('is refused when it has just begun to go out', async () => {
    const lead = await endedLead(FAN_OUT, 'failed', 'delivered');
    const id = lead.deliveries[0]?.id ?? '';
    const get = api.store.deliveries.get.bind(api.store.deliveries);
    let isFirst = true;
    api.store.deliveries.get = async (asked) => {
      const delivery = await get(asked);
      // The first look finds out whose turn it is, the second is the discard’s own.
      if (!isFirst) await api.store.deliveries.startRound(id, `lead-${lead.id}/redelivery-100`);
      isFirst = false;
      return delivery;
    };
    const answer = await api.call('POST', `/v1/deliveries/${id}/discard`, { body: { reason: 'too late' } });
    api.store.deliveries.get = get;
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('being delivered')]);
  });

  it('a lead: everything that ended badly', async () => {
    const lead = await endedLead(FAN_OUT, 'rejected', 'failed');
    const answer = await api.call('POST', `/v1/leads/${lead.id}/discard`, { body: { reason: 'a duplicate' } });
    expect(leadSchema.parse(answer.json).status).toBe('discarded');
    const dead = await api.call('GET', '/v1/dead-letters?buyer=acme&limit=200');
    expect(dead.text).not.toContain(lead.id);
  });

  it('a lead that no route took', async () => {
    const lead = await endedLead({ state: 'NY' });
    const answer = await api.call('POST', `/v1/leads/${lead.id}/discard`, { body: { reason: 'out of area' } });
    expect(leadSchema.parse(answer.json)).toMatchObject({ status: 'discarded', reason: 'out of area' });
    expect((await api.call('GET', '/v1/dead-letters?kind=ours&limit=200')).text).not.toContain(lead.id);
  });
});
