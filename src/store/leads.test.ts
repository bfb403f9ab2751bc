import { randomUUID } from 'node:crypto';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { allDeliveries } from '../domain/delivery/plan.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as schema from './schema.ts';
import { attempt, chainOf, DELIVERED, newLead, planned, planOf, REFUSAL, REJECTED, shown, SUCCESS, testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('leads, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('has tables with exactly the columns that the code knows', async () => {
    for (const table of Object.values(schema)) {
      const { name, columns } = getTableConfig(table);
      const rows = await opened.database.run('test', (session) =>
        session.select({ column: sql<string>`column_name` }).from(sql`information_schema.columns`).where(sql`table_name = ${name}`),
      );
      expect(rows.map(({ column }) => column).sort()).toEqual(columns.map((column) => column.name).sort());
    }
  });

  it('stores a lead with its deliveries, each owned by its workflow, and gives back what came in', async () => {
    const { store } = opened;
    const plan = planOf([planned('acme/api'), planned('acme/inbox')], chainOf(planned('bravo/api'), planned('keep/store')));
    const lead = newLead(plan, { fields: { zip: '78701', 'address.city': 'Austin', odd: 'a\u0000b', 'ünï 💡': [1, 'x'], amount: 0 }, notes: ['west: no state'] });
    const acceptance = await store.leads.accept(lead);
    const { id, source, status, reason, test, receivedAt, fields, notes } = lead;
    const record = { id, source, status, reason, test, receivedAt, fields, plan, notes };
    expect(acceptance).toEqual({ result: 'stored', lead: record });
    const read = await store.leads.get(lead.id);
    expect(read).toEqual(record);
    expect(Object.keys(read?.fields ?? {})).toEqual(Object.keys(lead.fields));
    // What spares the first attempt its read is what would have been read, and is given once.
    const ids = allDeliveries(plan).map((delivery) => delivery.id);
    const works = await Promise.all(ids.map((delivery) => store.deliveries.work(delivery)));
    expect(await Promise.all(ids.map((delivery) => store.deliveries.firstWork(delivery)))).toEqual(works);
    await store.leads.addNotes(lead.id, ['changed since']);
    expect((await store.deliveries.firstWork(ids[0] ?? ''))?.lead.notes).toContain('changed since');
    const deliveries = await store.deliveries.ofLead(lead.id);
    expect(deliveries.map(({ planned: { buyer }, position, state, workflowId }) => [buyer, position, state, workflowId])).toEqual([
      ['acme', 0, 'planned', `lead-${lead.id}/fan-out`],
      ['acme', 1, 'planned', `lead-${lead.id}/fan-out`],
      ['bravo', 2, 'planned', `lead-${lead.id}/failover-1`],
      ['keep', 3, 'planned', `lead-${lead.id}/failover-1`],
    ]);
    expect(await store.leads.get('nobody')).toBeNull();
  });

  it('stores a lead without a route, lists it until it is given up', async () => {
    const lead = newLead(planOf([]));
    const { leads } = opened.store;
    const routed = newLead(planOf([planned('acme/api')]));
    await leads.accept(routed);
    expect(await leads.accept(lead)).toMatchObject({ result: 'stored', lead: { status: 'undelivered', reason: 'no route' } });
    expect((await leads.withoutRoute({ source: lead.source }, 5, null)).items.map(({ id }) => id)).toEqual([lead.id]);
    expect((await leads.withoutRoute({ source: 'website' }, 5, null)).items).toEqual([]);
    expect(await leads.discardWithoutRoute(routed.id, 'no use')).toBeNull();
    expect(await leads.discardWithoutRoute('nobody', 'no use')).toBeNull();
    expect(await leads.discardWithoutRoute(lead.id, 'no use')).toMatchObject({ status: 'discarded', reason: 'no use' });
    expect((await leads.withoutRoute({}, 5, null)).items).toEqual([]);
  });

  it('keeps one lead of many posts with the same key at once', async () => {
    const { store } = opened;
    const idempotency = { key: randomUUID(), contentSha256: 'aa' };
    const posts = Array.from({ length: 8 }, () => newLead(planOf([planned('acme/api')]), { idempotency }));
    const acceptances = await Promise.all(posts.map((lead) => store.leads.accept(lead)));
    const ids = new Set(acceptances.map((one) => (one.result === 'conflict' ? one.leadId : one.lead.id)));
    expect(acceptances.map(({ result }) => result).sort()).toEqual([...Array.from({ length: 7 }, () => 'same'), 'stored']);
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    expect(await shown(store, id)).toEqual(['acme/api planned']);
    const others = posts.filter((lead) => lead.id !== id);
    for (const lead of others) expect(await store.deliveries.ofLead(lead.id)).toEqual([]);
  });

  it('tells other content under a known key, and another source’s use of it', async () => {
    const { store } = opened;
    const key = randomUUID();
    const first = newLead(planOf([planned('acme/api')]), { idempotency: { key, contentSha256: 'aa' } });
    await store.leads.accept(first);
    const other = newLead(planOf([planned('acme/api')]), { idempotency: { key, contentSha256: 'bb' } });
    expect(await store.leads.accept(other)).toEqual({ result: 'conflict', leadId: first.id });
    const elsewhere = newLead(planOf([planned('acme/api')]), { source: 'website', idempotency: { key, contentSha256: 'bb' } });
    expect((await store.leads.accept(elsewhere)).result).toBe('stored');
    expect((await store.leads.accept(first)).result).toBe('same');
  });

  it('finds leads by what they are, newest first, page by page, whatever is added meanwhile', async () => {
    const { store } = opened;
    const source = randomUUID();
    const buyer = `b${randomUUID()}`;
    const times = ['01', '02', '02', '02', '03'];
    const made = times.map((day, index) =>
      newLead(planOf([planned(index < 4 ? `${buyer}/api` : 'other/api')]), { source, receivedAt: `2026-04-${day}T00:00:00.000Z`, fields: { phone: `512-555-010${index}`, n: index } }),
    );
    for (const lead of made) await store.leads.accept(lead);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.leads.search({ source }, 2, cursor);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (seen.length === 2) await store.leads.accept(newLead(planOf([]), { source, receivedAt: '2026-04-09T00:00:00.000Z' }));
    } while (cursor);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(made.map(({ id }) => id)));
    expect(seen[0]).toBe(made[4]?.id);
    expect(seen[4]).toBe(made[0]?.id);

    const count = async (filter: Parameters<typeof store.leads.search>[0]) => (await store.leads.search({ source, ...filter }, 10, null)).items.length;
    expect(await count({ field: { name: 'phone', value: '512-555-0103' } })).toBe(1);
    expect(await count({ field: { name: 'n', value: '3' } })).toBe(1);
    expect(await count({ field: { name: 'phone', value: '512-555' } })).toBe(0);
    expect(await count({ buyer })).toBe(4);
    expect(await count({ status: 'undelivered' })).toBe(1);
    expect(await count({ receivedFrom: '2026-04-02T00:00:00.000Z', receivedTo: '2026-04-03T00:00:00.000Z' })).toBe(3);
    expect(await count({ test: true })).toBe(0);
    await expect(store.leads.search({}, 2, 'bogus')).rejects.toMatchObject({ name: 'InvalidCursor' });
  });

  it('finds running leads whose workflow was not confirmed since', async () => {
    const { store } = opened;
    const receivedAt = '2020-01-01T00:00:00.000Z';
    const [one, two, done] = [planned('acme/api'), planned('acme/api'), planned('acme/api')].map((delivery) => newLead(planOf([delivery]), { receivedAt }));
    if (!one || !two || !done) throw new Error('three leads were made');
    for (const lead of [one, two, done]) await store.leads.accept(lead);
    await attempt(store, one.plan.fanOut[0] ?? planned('x/y'), SUCCESS, DELIVERED);
    const at = async (receivedBefore: string, confirmedBefore: string) => new Set((await store.leads.notStarted({ receivedBefore, confirmedBefore }, 10)).map(({ id }) => id));
    const [early, late] = ['2020-01-02T00:00:00.000Z', '2020-01-06T00:00:00.000Z'];
    expect(await at(early, early)).toEqual(new Set([two.id, done.id]));
    await store.leads.markStarted([two.id], '2020-01-05T00:00:00.000Z');
    expect(await at(early, early)).toEqual(new Set([done.id]));
    expect(await at(receivedAt, late)).toEqual(new Set([two.id]));
    expect(await at(receivedAt, receivedAt)).toEqual(new Set());
  });

  it('adds the deliveries of a redelivery by today’s route, once, and goes by the latest plan', async () => {
    const { store } = opened;
    const [api, inbox] = [planned('acme/api'), planned('acme/inbox')];
    const lead = newLead(planOf([api, inbox]));
    await store.leads.accept(lead);
    await attempt(store, api, SUCCESS, DELIVERED);
    await attempt(store, inbox, REFUSAL, REJECTED);
    expect(await store.leads.get(lead.id)).toMatchObject({ status: 'partial', reason: 'acme/inbox rejected (refused)' });

    const again = planned('acme/api');
    const plan = planOf([again, inbox]);
    expect(await Promise.all([1, 2, 3].map(() => store.leads.nextRedelivery(lead.id))).then((numbers) => numbers.sort())).toEqual([1, 2, 3]);
    const root = `lead-${lead.id}/redelivery-1`;
    const added = await store.leads.addDeliveries(lead.id, plan, { [again.id]: api.id }, root, { phone: '512-555-0199' });
    expect(added?.map(({ id, round, redeliveryOf, state, workflowId }) => [id, round, redeliveryOf, state, workflowId])).toEqual([
      [again.id, 1, api.id, 'planned', `${root}/fan-out`],
      [inbox.id, 2, null, 'planned', `${root}/fan-out`],
    ]);
    expect(await store.leads.addDeliveries(lead.id, plan, { [again.id]: api.id }, root)).toEqual(added);
    expect(await store.leads.get(lead.id)).toMatchObject({ status: 'delivering', reason: null, plan, fields: { phone: '512-555-0199' } });

    await store.deliveries.settle(again.id, REJECTED);
    await store.deliveries.settle(inbox.id, REJECTED);
    expect(await store.leads.get(lead.id)).toMatchObject({ status: 'partial', reason: 'acme/inbox rejected (refused), acme/api rejected (refused)' });
    expect(await shown(store, lead.id)).toEqual(['acme/api delivered', 'acme/inbox rejected', 'acme/api rejected']);
  });

  it('adds a delivery that goes out alone to a plan that stays whole, unless another run has what it replaces', async () => {
    const { store } = opened;
    const [api, inbox] = [planned('acme/api'), planned('acme/inbox')];
    const lead = newLead(planOf([api, inbox]));
    await store.leads.accept(lead);
    await attempt(store, api, SUCCESS, DELIVERED);
    await attempt(store, inbox, REFUSAL, REJECTED);
    const again = planned('acme/api');
    const plan = planOf([again, inbox]);
    const root = (number: number) => `lead-${lead.id}/redelivery-${number}`;
    const added = await store.leads.addDeliveries(lead.id, plan, { [again.id]: api.id }, root(1), undefined, planOf([again]));
    expect(added?.map(({ id, workflowId }) => [id, workflowId])).toEqual([[again.id, root(1)]]);
    expect(await shown(store, lead.id)).toEqual(['acme/api delivered', 'acme/inbox rejected', 'acme/api planned']);
    expect(await store.leads.get(lead.id)).toMatchObject({ status: 'delivering', plan });

    const third = planned('acme/api');
    const unchanged = await store.leads.get(lead.id);
    expect(await store.leads.addDeliveries(lead.id, planOf([third, inbox]), { [third.id]: api.id }, root(2), { phone: 'none' }, planOf([third]))).toBeNull();
    expect(await store.leads.addDeliveries(lead.id, planOf([third, again]), {}, root(3))).toBeNull();
    expect(await store.leads.get(lead.id)).toEqual(unchanged);
    expect(await store.deliveries.get(third.id)).toBeNull();
    await store.deliveries.settle(again.id, DELIVERED);
    expect((await store.leads.get(lead.id))?.status).toBe('partial');
  });
});
