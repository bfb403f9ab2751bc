import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../domain/breaker/report.ts';
import { openRuns } from '../domain/delivery/runs.ts';
import { applyNews } from '../delivery-news/apply-news.ts';
import type { DeliveryNews } from '../delivery-news/news.ts';
import type { PlannedDelivery } from '../domain/delivery/plan.ts';
import type { NewLead } from './store.ts';
import type { LeadStart } from '../temporal/engine.ts';
import { attempt, beginning, chainOf, DELIVERED, newLead, planned, planOf, REFUSAL, REJECTED, SUCCESS, testDatabases, type Opened } from './testing.ts';

const BOUNCE = { event: 'failed', code: 'recipient', reason: 'The mailbox does not exist.', countsForBreaker: true, mayPass: false } as const;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('what providers say later, $name', ({ open }) => {
  let opened: Opened;
  let reports: { buyer: string; report: Report }[] = [];
  const told: string[] = [];
  const redeliveries: { lead: LeadStart; number: number }[] = [];
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  async function deliver(path: string, change: Partial<PlannedDelivery> = {}, ofLead: Partial<NewLead> = {}) {
    const delivery = planned(path, change);
    const lead = newLead(planOf([delivery]), ofLead);
    await opened.store.leads.accept(lead);
    return { delivery, leadId: lead.id };
  }

  async function delivered(...given: Parameters<typeof deliver>) {
    const one = await deliver(...given);
    await attempt(opened.store, one.delivery, SUCCESS, DELIVERED);
    return one;
  }

  const tell = (deliveryId: string, at: string, news: Partial<DeliveryNews> = {}) =>
    applyNews(
      {
        store: opened.store,
        engine: {
          report: (buyer, report) => {
            reports.push({ buyer, report });
            return Promise.resolve();
          },
          startRedelivery: (lead, number) => {
            redeliveries.push({ lead, number });
            return Promise.resolve();
          },
        },
        redeliver: { repeatOnce: () => Promise.resolve() },
        log: { warn: () => undefined },
        metrics: { deliveryNews: ({ buyer, destination, news }) => void told.push(`${buyer}/${destination} ${news}`) },
      },
      { deliveryId, at, ...BOUNCE, ...news },
    );

  it('makes a delivery fail that had counted as delivered: a dead letter, its lead undelivered, and the breaker hears', async () => {
    reports = [];
    const { delivery, leadId } = await delivered('acme/inbox');
    expect(await tell(delivery.id, '2026-03-01T10:05:00.000Z')).toBe('applied');
    expect(await opened.store.deliveries.get(delivery.id)).toMatchObject({ state: 'failed', reason: 'failed-later', explanation: BOUNCE.reason, deadLetter: 'undeliverable', billable: false });
    expect(await opened.store.leads.status(leadId)).toBe('undelivered');
    expect(reports).toEqual([
      { buyer: 'acme', report: { destination: 'inbox', errors: [{ atMs: Date.parse('2026-03-01T10:05:00.000Z'), code: 'recipient', leadId }], lastSuccessAtMs: null, probe: null } },
    ]);
  });

  it('takes the latest that was said, in whatever order it comes', async () => {
    const { delivery, leadId } = await delivered('acme/inbox');
    expect(await tell(delivery.id, '2026-03-01T10:05:00.000Z')).toBe('applied');
    expect(await tell(delivery.id, '2026-03-01T10:05:00.000Z')).toBe('stale');
    expect(await tell(delivery.id, '2026-03-01T10:04:00.000Z', { event: 'confirmed' })).toBe('stale');
    expect(await opened.store.leads.status(leadId)).toBe('undelivered');
    expect(await tell(delivery.id, '2026-03-01T10:06:00.000Z', { event: 'confirmed' })).toBe('applied');
    expect(await opened.store.deliveries.get(delivery.id)).toMatchObject({ state: 'delivered', reason: 'accepted', deadLetter: null, billable: true });
    expect(await opened.store.leads.status(leadId)).toBe('delivered');
  });

  it('tells the breaker of the last one that was confirmed, so that failures far apart are not in a row', async () => {
    const [good, bad] = [await delivered('bravo/inbox'), await delivered('bravo/inbox')];
    await tell(good.delivery.id, '2026-03-01T10:05:00.000Z', { event: 'confirmed' });
    reports = [];
    await tell(bad.delivery.id, '2026-03-01T10:06:00.000Z');
    expect(reports[0]?.report.lastSuccessAtMs).toBe(Date.parse('2026-03-01T10:05:00.000Z'));
  });

  it('says nothing to the breaker of what concerns one lead only', async () => {
    reports = [];
    const { delivery } = await delivered('acme/inbox');
    expect(await tell(delivery.id, '2026-03-01T10:05:00.000Z', { countsForBreaker: false })).toBe('applied');
    expect(reports).toEqual([]);
  });

  it('wants to hear it again while the attempt has no end yet, and leaves alone what the buyer refused', async () => {
    const { delivery } = await deliver('acme/inbox');
    await opened.store.attempts.begin(beginning(delivery.id));
    expect(await tell(delivery.id, '2026-03-01T10:05:00.000Z')).toBe('not-settled');
    const refused = await deliver('acme/inbox');
    await attempt(opened.store, refused.delivery, REFUSAL, REJECTED);
    expect(await tell(refused.delivery.id, '2026-03-01T10:05:00.000Z')).toBe('stale');
    expect(await opened.store.deliveries.get(refused.delivery.id)).toMatchObject({ state: 'rejected' });
    expect(await tell('no-such-delivery', '2026-03-01T10:05:00.000Z')).toBe('unknown-delivery');
  });

  it('lets the chain that it had satisfied go on with those whom nobody had tried, once', async () => {
    const [first, next, last] = [planned('acme/text'), planned('bravo/inbox'), planned('spare/api')];
    const lead = newLead(planOf([], chainOf(first, next, last)));
    await opened.store.leads.accept(lead);
    await attempt(opened.store, first, SUCCESS, DELIVERED);
    expect(await tell(first.id, '2026-03-01T10:05:00.000Z')).toBe('applied');
    const standing = async () => (await opened.store.deliveries.ofLead(lead.id)).map(({ state, reason }) => [state, reason]);
    expect(await standing()).toEqual([['failed', 'failed-later'], ['planned', null], ['planned', null]]);
    expect(await opened.store.leads.status(lead.id)).toBe('delivering');
    expect(redeliveries).toEqual([{ lead: { leadId: lead.id, source: lead.source, plan: planOf([], chainOf(next, last)) }, number: 1 }]);
    // As the sweep would start it, had Temporal been away.
    const runs = openRuns(lead.id, lead.plan, await opened.store.deliveries.ofLead(lead.id));
    expect(runs).toMatchObject([{ redelivery: 1, plan: planOf([], chainOf(next, last)) }]);
    expect(await tell(first.id, '2026-03-01T10:05:00.000Z')).toBe('stale');
    await attempt(opened.store, next, SUCCESS, DELIVERED);
    expect(await standing()).toEqual([['failed', 'failed-later'], ['delivered', 'accepted'], ['skipped', 'chain-satisfied']]);
    expect([await opened.store.leads.status(lead.id), redeliveries.length]).toEqual(['delivered', 1]);
  });

  it('is counted by what became of each message, test leads and other destinations left out', async () => {
    told.length = 0;
    const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => delivered('counted/inbox', { type: 'email' })));
    const ids = [first, ...others].map((one) => one?.delivery.id ?? '');
    await tell(ids[0] ?? '', '2026-03-01T10:05:00.000Z', { event: 'confirmed' });
    reports = [];
    expect(await tell(ids[0] ?? '', '2026-03-01T11:00:00.000Z', { event: 'complained' })).toBe('applied');
    expect(await tell(ids[0] ?? '', '2026-03-01T11:00:00.000Z', { event: 'complained' })).toBe('stale');
    expect(reports).toHaveLength(1);
    expect(await opened.store.deliveries.get(ids[0] ?? '')).toMatchObject({ state: 'delivered' });
    await tell(ids[1] ?? '', '2026-03-01T10:05:00.000Z', { event: 'confirmed' });
    await tell(ids[2] ?? '', '2026-03-01T10:05:00.000Z', { bounce: 'hard' });
    await tell(ids[3] ?? '', '2026-03-01T10:05:00.000Z', { bounce: 'soft' });
    await tell(ids[4] ?? '', '2026-03-01T10:05:00.000Z');
    await delivered('counted/other', { type: 'email' });
    await delivered('counted/inbox', { type: 'email' }, { test: true });
    await deliver('counted/inbox', { type: 'email' });
    const counts = (since: string) => opened.store.news.counts('counted', 'inbox', since);
    expect(await counts('2026-03-01T10:00:00.000Z')).toEqual({ accepted: 6, delivered: 2, bounced: { hard: 1, soft: 1 }, failed: 1, awaited: 1, complained: 1 });
    expect(await counts('2026-03-01T10:00:01.000Z')).toMatchObject({ accepted: 0, awaited: 0 });
    expect(told).toEqual(['confirmed', 'complained', 'confirmed', 'bounced-hard', 'bounced-soft', 'failed'].map((news) => `counted/inbox ${news}`));
  });

  it('stands when the breaker cannot be reached', async () => {
    const { delivery } = await delivered('acme/inbox');
    const engine = { report: () => Promise.reject(new Error('Temporal is away')), startRedelivery: () => Promise.resolve() };
    const warnings: unknown[] = [];
    const log = { warn: (fields: unknown) => void warnings.push(fields) };
    expect(await applyNews({ store: opened.store, engine, redeliver: { repeatOnce: () => Promise.resolve() }, log, metrics: { deliveryNews: () => undefined } }, { deliveryId: delivery.id, at: '2026-03-01T10:05:00.000Z', ...BOUNCE })).toBe('applied');
    expect(warnings).toHaveLength(1);
  });
});
