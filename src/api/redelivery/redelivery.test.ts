import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allDeliveries } from '../../domain/delivery/plan.ts';
import type { Settlement } from '../../store/records.ts';
import { leadSchema } from '../leads/lead-shape.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

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

describe('a lead sent again', () => {
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
    const ping = api.engine.ping.bind(api.engine);
    api.engine.ping = () => ping().finally(() => (api.engine.isAway = true));
    const answer = await api.call('POST', `/v1/leads/${lead.id}/redeliver`, { body: {} });
    api.engine.ping = ping;
    expect(answer.status).toBe(503);
    expect((await readLead(lead.id)).deliveries[0]).toMatchObject({ status: 'failed', deadLetter: 'undeliverable' });
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
