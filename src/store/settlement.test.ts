import { sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { Plan } from '../domain/delivery/plan.ts';
import type { KeptRequest } from './records.ts';
import {
  attempt,
  beginning,
  chainOf,
  DELIVERED,
  DISCARDED,
  ending,
  FAILED,
  newLead,
  PAUSED,
  planned,
  planOf,
  REFUSAL,
  REJECTED,
  shown,
  SUCCESS,
  testDatabases,
  type Opened,
} from './testing.ts';

const HOLD = { reason: 'buyer-paused', explanation: 'The buyer is paused.', heldUntil: '2026-03-02T10:00:00.000Z' } as const;

function gateOf(buyer: string, version: number): BuyerGate {
  return { buyer, version, paused: { reason: 'lunch', since: '2026-03-01T09:00:00.000Z' }, probes: 0, destinations: {} };
}

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('settlement, $name', ({ open, isServer }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  async function accepted(plan: Plan): Promise<string> {
    const lead = newLead(plan);
    await opened.store.leads.accept(lead);
    return lead.id;
  }

  it('follows a lead from its first attempt to its end', async () => {
    const { store } = opened;
    const [api, inbox, extra] = [planned('acme/api'), planned('acme/inbox'), planned('acme/log', { required: false })];
    const id = await accepted(planOf([api, inbox, extra]));
    await store.attempts.begin(beginning(api.id));
    expect(await shown(store, id)).toEqual(['acme/api delivering', 'acme/inbox planned', 'acme/log planned']);
    await store.attempts.finish(ending(api.id, 1, SUCCESS, DELIVERED));
    await attempt(store, extra, REFUSAL, REJECTED);
    expect(await store.leads.status(id)).toBe('delivering');
    await attempt(store, inbox, SUCCESS, DELIVERED);
    expect(await store.leads.get(id)).toMatchObject({ status: 'delivered', reason: null });
    expect(await store.deliveries.get(api.id)).toMatchObject({ state: 'delivered', recipientId: 'R-1', billable: true, price: 12.5, settledAt: '2026-03-01T10:00:02.000Z' });
  });

  it('skips what a satisfied chain needs no more, and says what failed in a partial lead', async () => {
    const { store } = opened;
    const [api, bravo, keep, zulu] = [planned('acme/api'), planned('bravo/api'), planned('keep/store'), planned('zulu/api')];
    const id = await accepted(planOf([api], chainOf(bravo, keep, zulu)));
    await attempt(store, bravo, REFUSAL, REJECTED);
    expect(await shown(store, id)).toEqual(['acme/api planned', 'bravo/api rejected', 'keep/store planned', 'zulu/api planned']);
    await attempt(store, keep, SUCCESS, DELIVERED);
    await attempt(store, api, { outcome: 'error', kind: 'transient', code: 'timeout', reason: 'slow' }, FAILED);
    expect(await shown(store, id)).toEqual(['acme/api failed', 'bravo/api rejected', 'keep/store delivered', 'zulu/api skipped chain-satisfied']);
    const lead = await store.leads.get(id);
    expect(lead?.status).toBe('partial');
    expect(lead?.reason).toContain('acme/api failed (retries exhausted)');
  });

  it('keeps those held for whom a chain found nobody else, until one of them takes the lead', async () => {
    const { store } = opened;
    const buyers = [`a${randomUUID()}`, `b${randomUUID()}`];
    const [one, two] = buyers.map((buyer) => planned(`${buyer}/api`));
    if (!one || !two) throw new Error('two were made');
    const id = await accepted(planOf([], chainOf(one, two)));
    const workflowId = `lead-${id}/failover-1`;
    for (const delivery of [one, two]) await store.deliveries.settle(delivery.id, PAUSED);
    expect(await store.leads.status(id)).toBe('delivering');
    // The chain holds both: a skipped delivery begins another round to be held.
    for (const delivery of [one, two]) await store.deliveries.startRound(delivery.id, workflowId);
    for (const delivery of [one, two]) expect(await store.deliveries.hold(delivery.id, { ...HOLD, gateVersion: 0, workflowId })).toBe(true);
    expect((await shown(store, id)).map((text) => text.split(' ')[1])).toEqual(['held', 'held']);
    expect(await store.leads.get(id)).toMatchObject({ status: 'held', reason: null });
    await store.deliveries.startRound(two.id, workflowId);
    await attempt(store, two, SUCCESS, DELIVERED);
    expect(await store.deliveries.get(one.id)).toMatchObject({ state: 'skipped', reason: 'chain-satisfied', heldUntil: null });
    expect(await store.leads.status(id)).toBe('delivered');
  });

  it('does not take a redelivery away because the first run’s chain was satisfied', async () => {
    const { store } = opened;
    const buyer = `c${randomUUID()}`;
    const [paused, keep] = [planned(`${buyer}/api`), planned('keep/store')];
    const id = await accepted(planOf([], chainOf(paused, keep)));
    await store.deliveries.settle(paused.id, PAUSED);
    await attempt(store, keep, SUCCESS, DELIVERED);
    const workflowId = `lead-${id}/redelivery-1`;
    expect(await store.deliveries.startRound(paused.id, workflowId)).toMatchObject({ round: 2, state: 'planned' });
    expect(await store.deliveries.hold(paused.id, { ...HOLD, gateVersion: 0, workflowId })).toBe(true);
    expect(await store.deliveries.get(paused.id)).toMatchObject({ state: 'held', heldAt: '0', heldUntil: HOLD.heldUntil, workflowId });
  });

  it('leaves what is final, but for giving up and a late acceptance', async () => {
    const { store } = opened;
    const [api, late] = [planned('acme/api'), planned('acme/late')];
    const id = await accepted(planOf([api, late]));
    expect((await store.deliveries.settle(api.id, DISCARDED)).state).toBe('planned');
    await store.deliveries.settle(api.id, FAILED);
    expect((await store.deliveries.settle(api.id, PAUSED)).state).toBe('failed');
    expect(await store.deliveries.settle(api.id, DISCARDED)).toMatchObject({ state: 'discarded', deadLetter: null });
    await store.attempts.begin(beginning(late.id));
    await store.deliveries.settle(late.id, { state: 'unknown', reason: 'worker-lost', explanation: 'Lost', deadLetter: 'unknown' });
    await store.attempts.finish(ending(late.id, 1, SUCCESS, DELIVERED));
    expect(await store.deliveries.get(late.id)).toMatchObject({ state: 'delivered', deadLetter: null });
    expect((await store.deliveries.settle(late.id, DISCARDED)).state).toBe('delivered');
    expect(await store.deliveries.startRound(late.id, 'lead-x/redelivery-1')).toBeNull();
    expect(await store.leads.status(id)).toBe('partial');
  });

  it('begins a round for one run only', async () => {
    const { store } = opened;
    const api = planned('acme/api');
    await accepted(planOf([api]));
    expect(await store.deliveries.startRound(api.id, 'lead-x/redelivery-1')).toBeNull();
    await store.deliveries.settle(api.id, FAILED);
    expect(await store.deliveries.startRound(api.id, 'lead-x/redelivery-1')).toMatchObject({ state: 'planned', round: 2 });
    expect(await store.deliveries.startRound(api.id, 'lead-x/redelivery-2')).toBeNull();
    expect(await store.deliveries.startRound(api.id, 'lead-x/redelivery-1')).toMatchObject({ state: 'planned', round: 2 });
  });

  it('lets only one of a chain go when two of its buyers recover together', async () => {
    const { store } = opened;
    const [a, b] = [planned('acme/api'), planned('bravo/api')];
    await accepted(planOf([], chainOf(a, b)));
    const exhausted = { state: 'failed', reason: 'retries-exhausted', explanation: 'Down', deadLetter: 'undeliverable', releaseOnRecovery: true } as const;
    for (const { id } of [a, b]) await store.deliveries.settle(id, exhausted);
    const rounds = await Promise.all([a, b].map(({ id }, index) => store.deliveries.startRound(id, `lead-x/redelivery-${index}`, 'failed-in-outage')));
    expect(rounds.filter((round) => round !== null)).toHaveLength(1);
  });

  it('lets nobody go whose chain was satisfied meanwhile', async () => {
    const { store } = opened;
    const [a, b] = [planned('acme/api'), planned('bravo/api')];
    await accepted(planOf([], chainOf(a, b)));
    for (const { id } of [a, b]) expect(await store.deliveries.hold(id, { gateVersion: 0, reason: 'buyer-paused', explanation: 'Paused', heldUntil: '2099-01-01T00:00:00.000Z', workflowId: 'lead-x/failover-1' })).toBe(true);
    await store.deliveries.settle(a.id, DELIVERED);
    expect(await store.deliveries.startRound(b.id, 'lead-x/redelivery-1', 'held')).toBeNull();
    expect(await store.deliveries.get(b.id)).toMatchObject({ state: 'skipped', reason: 'chain-satisfied' });
  });

  it('holds only while the gate has the version seen, and lists what is held', async () => {
    const { store, database } = opened;
    const buyer = `d${randomUUID()}`;
    const [api, inbox] = [planned(`${buyer}/api`), planned(`${buyer}/inbox`)];
    const id = await accepted(planOf([api, inbox]));
    const workflowId = `lead-${id}/fan-out`;
    expect(await store.gates.publish(gateOf(buyer, 2))).toBe(true);
    expect([await store.gates.publish(gateOf(buyer, 2)), await store.gates.publish(gateOf(buyer, 1))]).toEqual([false, false]);
    expect(await store.deliveries.hold(api.id, { ...HOLD, gateVersion: 1, workflowId })).toBe(false);
    expect(await store.deliveries.hold(api.id, { ...HOLD, gateVersion: 0, workflowId })).toBe(false);
    expect(await store.deliveries.hold(api.id, { ...HOLD, gateVersion: 2, workflowId })).toBe(true);
    expect(await store.deliveries.hold(inbox.id, { ...HOLD, gateVersion: 2, workflowId })).toBe(true);
    const held = async (destinations: string[] | null) => (await store.deliveries.held(buyer, destinations, 10)).map((one) => one.id);
    expect(new Set(await held(null))).toEqual(new Set([api.id, inbox.id]));
    expect(await held(['inbox'])).toEqual([inbox.id]);
    await store.deliveries.markReleased([api.id]);
    expect(await held(null)).toEqual([inbox.id]);
    expect(await store.deliveries.heldDestinations()).toContainEqual({ buyer, destination: 'inbox' });
    expect(await store.deliveries.heldDestinations()).not.toContainEqual({ buyer, destination: 'api' });
    await database.run('test', (session) => session.execute(sql`update deliveries set released_at = now() - interval '2 minutes' where id = ${api.id}`));
    expect(await store.deliveries.heldDestinations()).toContainEqual({ buyer, destination: 'api' });
    expect(await held(['api'])).toEqual([api.id]);
    await store.deliveries.startRound(api.id, workflowId);
    expect(await store.leads.status(id)).toBe('delivering');
    expect(await store.gates.get(buyer)).toEqual(gateOf(buyer, 2));
    expect(await store.gates.all()).toContainEqual(gateOf(buyer, 2));
  });

  it('knows no gate of a buyer for whom only a hold was made', async () => {
    const { store } = opened;
    const buyer = `e${randomUUID()}`;
    const api = planned(`${buyer}/api`);
    const id = await accepted(planOf([api]));
    expect(await store.deliveries.hold(api.id, { ...HOLD, gateVersion: 0, workflowId: `lead-${id}` })).toBe(true);
    expect(await store.gates.get(buyer)).toBeNull();
    expect((await store.gates.all()).map((gate) => gate.buyer)).not.toContain(buyer);
    expect(await store.gates.publish(gateOf(buyer, 1))).toBe(true);
  });

  it.runIf(isServer)('leaves nothing held behind a release: every hold is seen by the publisher, or refused', async () => {
    const { store } = opened;
    const buyer = `f${randomUUID()}`;
    const deliveries = Array.from({ length: 24 }, () => planned(`${buyer}/api`));
    const ids = await Promise.all(deliveries.map((delivery) => accepted(planOf([delivery]))));
    await store.gates.publish(gateOf(buyer, 1));
    const holds = deliveries.map(async (delivery, index) => store.deliveries.hold(delivery.id, { ...HOLD, gateVersion: 1, workflowId: `lead-${ids[index] ?? ''}` }));
    await store.gates.publish(gateOf(buyer, 2));
    const seenByRelease = new Set((await store.deliveries.held(buyer, null, 100)).map(({ id }) => id));
    const results = await Promise.all(holds);
    const unseen = deliveries.filter((delivery, index) => results[index] === true && !seenByRelease.has(delivery.id));
    expect(unseen).toEqual([]);
  });

  it.runIf(isServer)('settles deliveries of one lead that end at once', async () => {
    const { store } = opened;
    for (let round = 0; round < 5; round++) {
      const deliveries = Array.from({ length: 6 }, (_, index) => planned(`g${index}/api`));
      const chained = [planned('h/api'), planned('i/api')];
      const id = await accepted(planOf(deliveries, chainOf(...chained)));
      await Promise.all([...deliveries, ...chained.slice(0, 1)].map((delivery) => attempt(store, delivery, SUCCESS, DELIVERED)));
      expect(await store.leads.status(id)).toBe('delivered');
    }
  });

  it('gives a probe’s lease to one delivery at a time', async () => {
    const { store } = opened;
    const lease = { buyer: `p${randomUUID()}`, destination: 'api', probe: 1, now: '2026-03-01T10:00:00.000Z', expiresAt: '2026-03-01T10:01:00.000Z' };
    const taken = await Promise.all(['a', 'b', 'c'].map((deliveryId) => store.deliveries.takeProbe({ ...lease, deliveryId })));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const winner = ['a', 'b', 'c'][taken.indexOf(true)] ?? '';
    expect(await store.deliveries.takeProbe({ ...lease, deliveryId: winner })).toBe(true);
    expect(await store.deliveries.takeProbe({ ...lease, probe: 2, deliveryId: 'z' })).toBe(true);
    const later = { now: '2026-03-01T10:01:00.000Z', expiresAt: '2026-03-01T10:02:00.000Z' };
    expect(await store.deliveries.takeProbe({ ...lease, ...later, deliveryId: 'next' })).toBe(true);
    expect(await store.deliveries.takeProbe({ ...lease, ...later, now: '2026-03-01T10:01:30.000Z', deliveryId: winner })).toBe(false);
  });

  it('keeps a round’s bytes, sealed, until the delivery ends or begins another round', async () => {
    const { store, database } = opened;
    const api = planned('acme/api');
    await accepted(planOf([api]));
    const masked = { method: 'POST', url: 'https://buyer.example/in', headers: [], body: '***' };
    const kept: KeptRequest = { configVersion: 4, method: 'POST', url: 'https://buyer.example/in?k=1', headers: [['x-a', 'b']], body: new Uint8Array([0, 255, 128]), masked };
    await store.deliveries.keepRequest(api.id, kept);
    expect((await store.deliveries.work(api.id))?.rendered).toEqual(kept);
    const stored = () => database.run('test', (session) => session.select({ sealed: sql<string | null>`kept_request` }).from(sql`deliveries`).where(sql`id = ${api.id}`));
    expect((await stored())[0]?.sealed).toMatch(/^v1:/);
    await store.deliveries.settle(api.id, FAILED);
    expect((await stored())[0]?.sealed).toBeNull();
    await store.deliveries.keepRequest(api.id, kept);
    expect((await stored())[0]?.sealed).toBeNull();
    await store.deliveries.startRound(api.id, 'lead-x/redelivery-1');
    await store.deliveries.keepRequest(api.id, { ...kept, body: null });
    expect((await store.deliveries.work(api.id))?.rendered?.body).toBeNull();
    await store.deliveries.hold(api.id, { ...HOLD, gateVersion: 0, workflowId: 'lead-x/redelivery-1' });
    await store.deliveries.startRound(api.id, 'lead-x/redelivery-2');
    expect((await store.deliveries.work(api.id))?.rendered).toBeNull();
    expect(await store.deliveries.work('nobody')).toBeNull();
  });

  it('lists dead letters newest first and what an outage left behind', async () => {
    const { store } = opened;
    const buyer = `k${randomUUID()}`;
    const deliveries = ['api', 'api', 'api', 'inbox'].map((destination) => planned(`${buyer}/${destination}`));
    await accepted(planOf(deliveries));
    for (const [index, delivery] of deliveries.entries()) {
      await store.attempts.begin(beginning(delivery.id));
      const end = ending(delivery.id, 1, REFUSAL, index === 0 ? REJECTED : FAILED);
      await store.attempts.finish({ ...end, finishedAt: `2026-03-01T10:00:0${index + 2}.000Z` });
    }
    const first = await store.deliveries.deadLetters({ buyer }, 3, null);
    const second = await store.deliveries.deadLetters({ buyer }, 3, first.nextCursor);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id).toReversed());
    expect(second.nextCursor).toBeNull();
    expect((await store.deliveries.deadLetters({ buyer, kind: 'refused', source: 'facebook' }, 9, null)).items).toHaveLength(1);
    expect((await store.deliveries.deadLetters({ buyer, destination: 'inbox', source: 'website' }, 9, null)).items).toHaveLength(0);
    const outage = await store.deliveries.failedInOutage(buyer, 'api', '2026-03-01T10:00:04.000Z', 10);
    expect(outage.map(({ id }) => id)).toEqual([deliveries[2]?.id]);
    await store.deliveries.startRound(deliveries[2]?.id ?? '', 'lead-x/redelivery-1');
    expect(await store.deliveries.failedInOutage(buyer, 'api', '2026-03-01T10:00:04.000Z', 10)).toEqual([]);
  });

  it('sends nothing again after an outage whose chain somebody else satisfied or may still satisfy', async () => {
    const { store } = opened;
    const buyer = `l${randomUUID()}`;
    const pairs = [0, 1, 2].map(() => [planned(`${buyer}/api`), planned('keep/store')] as const);
    for (const [down, other] of pairs) await accepted(planOf([], chainOf(down, other)));
    for (const [down] of pairs) await attempt(store, down, REFUSAL, FAILED);
    expect(await store.deliveries.failedInOutage(buyer, 'api', '2026-01-01T00:00:00.000Z', 1)).toEqual([]);
    const [sold, lost] = pairs;
    if (!sold || !lost) throw new Error('three pairs were made');
    await attempt(store, sold[1], SUCCESS, DELIVERED);
    await attempt(store, lost[1], REFUSAL, REJECTED);
    const left = await store.deliveries.failedInOutage(buyer, 'api', '2026-01-01T00:00:00.000Z', 1);
    expect(left.map(({ id }) => id)).toEqual([lost[0].id]);
  });

  it('ends what waits in a chain’s first run once a redelivery satisfied it', async () => {
    const { store } = opened;
    const [one, two] = [planned(`m${randomUUID()}/api`), planned(`n${randomUUID()}/api`)];
    const id = await accepted(planOf([], chainOf(one, two)));
    for (const delivery of [one, two]) await store.deliveries.hold(delivery.id, { ...HOLD, gateVersion: 0, workflowId: `lead-${id}/failover-1` });
    await store.deliveries.startRound(one.id, `lead-${id}/redelivery-1`);
    await attempt(store, one, SUCCESS, DELIVERED);
    expect(await store.deliveries.get(two.id)).toMatchObject({ state: 'skipped', reason: 'chain-satisfied' });
  });
});
