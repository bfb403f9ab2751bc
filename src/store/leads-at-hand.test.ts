import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from './database.ts';
import { createStore } from './open.ts';
import { attempt, beginning, chainOf, DELIVERED, DISCARDED, ending, FAILED, newLead, planned, planOf, REFUSAL, REJECTED, shown, SUCCESS, testDatabases, type Opened } from './testing.ts';

const TRANSIENT = { outcome: 'error', kind: 'transient', code: 'http-status', reason: 'HTTP 503' } as const;
const INTERRUPTED = { outcome: 'error', kind: 'unknown', code: 'interrupted', reason: 'The worker was lost' } as const;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('leads at hand, $name', ({ open, isServer }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  /** A store as another process has it: over the same database, and knowing nothing of what the first has written. Counts its transactions. */
  function process() {
    const transactions: string[] = [];
    const database: Database = {
      ...opened.database,
      transaction: (operation, work) => {
        transactions.push(operation);
        return opened.database.transaction(operation, work);
      },
    };
    return { store: createStore(database, opened.encryption), transactions };
  }

  it('end their attempts without a transaction, and as with one', async () => {
    const [here, elsewhere] = [process(), process()];
    const reader = process();
    const runs = [
      { beginsAndEnds: here, reads: false, transactions: [] },
      { beginsAndEnds: elsewhere, reads: false, transactions: ['attempts.finish', 'attempts.finish', 'attempts.finish'] },
      { beginsAndEnds: reader, reads: true, transactions: [] },
    ];
    const seen = [];
    for (const { beginsAndEnds, reads, transactions } of runs) {
      const [api, first, second] = [planned('acme/api'), planned('bravo/api'), planned('carol/api')];
      const lead = newLead(planOf([api], chainOf(first, second)));
      await here.store.leads.accept(lead);
      const { store } = beginsAndEnds;
      if (reads) await Promise.all([api, first].map(({ id }) => store.deliveries.firstWork(id)));
      await attempt(store, first, SUCCESS, DELIVERED);
      await store.attempts.begin(beginning(api.id));
      expect(await store.attempts.finish(ending(api.id, 1, TRANSIENT, null))).toBe(true);
      await attempt(store, api, REFUSAL, REJECTED, 2);
      expect(beginsAndEnds.transactions).toEqual(transactions);
      expect(await store.attempts.verify(api.id)).toEqual({ valid: true, attempts: 2, brokenAt: null });
      const attempts = [...(await store.attempts.ofDeliveries([api.id])), ...(await store.attempts.ofDeliveries([first.id]))];
      const { status, reason } = (await store.leads.get(lead.id)) ?? {};
      seen.push({
        shown: await shown(store, lead.id),
        status,
        reason,
        attempts: attempts.map(({ deliveryId, hash, previousHash, ...rest }) => ({ ...rest, isFirst: deliveryId === first.id, isChained: previousHash !== null, isSealed: hash !== null })),
        deliveries: (await store.deliveries.ofLead(lead.id)).map(({ state, recipientId, price, billable, deadLetter, settledAt, round }) => ({ state, recipientId, price, billable, deadLetter, settledAt, round })),
      });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toEqual(seen[2]);
    expect(seen[0]).toMatchObject({ status: 'partial', shown: ['acme/api rejected', 'bravo/api delivered', 'carol/api skipped chain-satisfied'] });
  });

  it('are read anew where somebody else has changed them: a sibling that ended meanwhile counts', async () => {
    const [here, elsewhere] = [process(), process()];
    const [api, inbox] = [planned('acme/api'), planned('acme/inbox')];
    const lead = newLead(planOf([api, inbox]));
    await here.store.leads.accept(lead);
    await here.store.attempts.begin(beginning(api.id));
    await attempt(elsewhere.store, inbox, REFUSAL, REJECTED);
    expect(await here.store.attempts.finish(ending(api.id, 1, SUCCESS, DELIVERED))).toBe(true);
    expect(here.transactions).toEqual(['attempts.finish']);
    expect(await here.store.leads.get(lead.id)).toMatchObject({ status: 'partial', reason: 'acme/inbox rejected (refused)' });
  });

  it('that were read are not believed once somebody else has changed them, and the next reading counts', async () => {
    const [here, elsewhere] = [process(), process()];
    const [api, inbox] = [planned('acme/api'), planned('acme/inbox')];
    const lead = newLead(planOf([api, inbox]));
    await elsewhere.store.leads.accept(lead);
    expect(await here.store.deliveries.work(api.id)).toMatchObject({ delivery: { id: api.id, state: 'planned' }, attempts: [], rendered: null });
    await attempt(elsewhere.store, inbox, REFUSAL, REJECTED);
    await here.store.attempts.begin(beginning(api.id));
    expect(await here.store.attempts.finish(ending(api.id, 1, TRANSIENT, null))).toBe(true);
    expect(here.transactions).toEqual(['attempts.finish']);
    expect(await here.store.deliveries.work(api.id)).toMatchObject({ attempts: [{ number: 1, outcome: 'error' }] });
    await attempt(here.store, api, SUCCESS, DELIVERED, 2);
    expect(here.transactions).toEqual(['attempts.finish']);
    expect(await here.store.leads.get(lead.id)).toMatchObject({ status: 'partial', reason: 'acme/inbox rejected (refused)' });
  });

  it('are read on by two processes in turn, each by one statement an end', async () => {
    const turns = [process(), process()];
    const api = planned('acme/api');
    await opened.store.leads.accept(newLead(planOf([api])));
    for (const number of [1, 2, 3, 4]) {
      const { store } = turns[number % 2] ?? opened;
      expect((await store.deliveries.work(api.id))?.attempts).toHaveLength(number - 1);
      await store.attempts.begin(beginning(api.id, number));
      expect(await store.attempts.finish(ending(api.id, number, TRANSIENT, null))).toBe(true);
    }
    expect(turns.map(({ transactions }) => transactions)).toEqual([[], []]);
    expect(await opened.store.attempts.verify(api.id)).toEqual({ valid: true, attempts: 4, brokenAt: null });
  });

  it('do not overwrite what became of a delivery that was taken for lost, but for a success', async () => {
    const [here, elsewhere] = [process(), process()];
    const [refused, taken] = [planned('acme/api'), planned('acme/api')];
    for (const delivery of [refused, taken]) {
      await here.store.leads.accept(newLead(planOf([delivery])));
      await here.store.attempts.begin(beginning(delivery.id));
      expect(await elsewhere.store.attempts.finish(ending(delivery.id, 1, INTERRUPTED, FAILED))).toBe(true);
    }
    expect(await here.store.attempts.finish(ending(refused.id, 1, REFUSAL, REJECTED))).toBe(false);
    expect(await here.store.attempts.finish(ending(taken.id, 1, SUCCESS, DELIVERED))).toBe(false);
    expect(await here.store.deliveries.get(refused.id)).toMatchObject({ state: 'failed' });
    expect(await here.store.deliveries.get(taken.id)).toMatchObject({ state: 'delivered' });
    for (const { id } of [refused, taken]) expect(await here.store.attempts.verify(id)).toMatchObject({ valid: true, attempts: 1 });
  });

  it('end an attempt once, also when its end comes twice in one group', async () => {
    const { store } = process();
    const delivery = planned('acme/api');
    await store.leads.accept(newLead(planOf([delivery])));
    await store.attempts.begin(beginning(delivery.id));
    const end = () => store.attempts.finish(ending(delivery.id, 1, REFUSAL, REJECTED));
    expect(await Promise.all([end(), end()])).toEqual([true, false]);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 1, brokenAt: null });
  });

  it('are read anew where a person gave up, redelivered or began another round meanwhile', async () => {
    const [here, elsewhere] = [process(), process()];
    const [first, other] = [planned('acme/api'), planned('bravo/api')];
    const lead = newLead(planOf([first]));
    await here.store.leads.accept(lead);
    await here.store.attempts.begin(beginning(first.id));
    await elsewhere.store.leads.addDeliveries(lead.id, planOf([other]), {}, `lead-${lead.id}/redelivery-1`, undefined);
    expect(await here.store.attempts.finish(ending(first.id, 1, REFUSAL, REJECTED))).toBe(true);
    expect(here.transactions).toEqual(['attempts.finish']);
    expect(await here.store.leads.status(lead.id)).toBe('delivering');

    const again = planned('acme/api');
    const second = newLead(planOf([again]));
    await here.store.leads.accept(second);
    await here.store.attempts.begin(beginning(again.id));
    await elsewhere.store.attempts.finish(ending(again.id, 1, INTERRUPTED, FAILED));
    await elsewhere.store.deliveries.startRound(again.id, 'another run');
    expect(await here.store.attempts.finish(ending(again.id, 1, REFUSAL, REJECTED))).toBe(false);
    expect(await here.store.deliveries.get(again.id)).toMatchObject({ state: 'planned', round: 2 });
    await here.store.deliveries.settle(again.id, DISCARDED);
  });

  it('of many ends at once, in two processes, come out as one after the other, and nobody waits for ever', async () => {
    const processes = [process(), process()];
    const leads = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const deliveries = ['acme/api', 'bravo/api', 'carol/api', 'dora/api'].map((path) => planned(path));
        const lead = newLead(planOf(deliveries));
        await processes[index % 2]?.store.leads.accept(lead);
        return { lead, deliveries };
      }),
    );
    await Promise.all(
      leads.flatMap(({ deliveries }, index) =>
        deliveries.map(async ({ id }, position) => {
          const { store } = processes[(index + position) % 2] ?? opened;
          await store.attempts.begin(beginning(id));
          await (position === 3 ? store.attempts.finish(ending(id, 1, REFUSAL, REJECTED)) : store.attempts.finish(ending(id, 1, SUCCESS, DELIVERED)));
        }),
      ),
    );
    for (const { lead, deliveries } of leads) {
      expect(await opened.store.leads.get(lead.id)).toMatchObject({ status: 'partial', reason: 'dora/api rejected (refused)' });
      for (const { id } of deliveries) expect(await opened.store.attempts.verify(id)).toEqual({ valid: true, attempts: 1, brokenAt: null });
    }
  });

  it.skipIf(isServer)('cost the embedded database the same however many there are: no table is read whole', async () => {
    const [{ store }, worker] = [process(), process()];
    const lead = async () => {
      const delivery = planned('acme/api');
      await store.leads.accept(newLead(planOf([delivery])));
      await worker.store.deliveries.firstWork(delivery.id);
      await attempt(worker.store, delivery, REFUSAL, REJECTED);
    };
    const rowsRead = async () => {
      const text = "select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_user_tables where relname in ('leads', 'deliveries', 'attempts')";
      return opened.database.run('test', async (session) => {
        await session.execute(sql`select pg_stat_force_next_flush()`);
        return z.array(z.object({ read: z.int() })).parse(await session.send({ text, values: [] }))[0]?.read ?? NaN;
      });
    };
    for (let count = 0; count < 5; count += 1) await lead();
    const crowd = Array.from({ length: 1_000 }, () => newLead(planOf([planned('acme/api')])));
    await Promise.all(crowd.map((one) => store.leads.accept(one)));
    const before = await rowsRead();
    await lead();
    expect((await rowsRead()) - before).toBeLessThan(100);
  });
});
