import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { attempt, DELIVERED, newLead, planned, planOf, SUCCESS, testDatabases, type Opened } from './testing.ts';

const sizeSchema = z.array(z.object({ bytes: z.coerce.number(), dead: z.coerce.number() }));

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('vacuum, $name', ({ open, isServer }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const takeLeads = async (count: number) => {
    for (let done = 0; done < count; done += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const delivery = planned('acme/api');
          await opened.store.leads.accept(newLead(planOf([delivery])));
          await attempt(opened.store, delivery, SUCCESS, DELIVERED);
        }),
      );
    }
  };
  const deliveriesTable = () =>
    opened.database.run('test', async (session) => {
      await session.execute(sql`select pg_stat_force_next_flush()`);
      const text = "select pg_relation_size(relid) as bytes, n_dead_tup as dead from pg_stat_user_tables where relname = 'deliveries'";
      const [size] = sizeSchema.parse(await session.send({ text, values: [] }));
      if (!size) throw new Error('there is no such table');
      return size;
    });

  it.skipIf(isServer)('frees the place of dead rows, which new ones take', async () => {
    await takeLeads(200);
    const before = await deliveriesTable();
    expect(before.dead).toBeGreaterThanOrEqual(200);
    expect(await opened.store.vacuum()).toContain('public.deliveries');
    expect(await deliveriesTable()).toEqual({ bytes: before.bytes, dead: 0 });
    expect(await opened.store.vacuum()).toEqual([]);
    await takeLeads(50);
    expect((await deliveriesTable()).bytes).toBe(before.bytes);
  });

  it.skipIf(isServer)('goes on beside everything else, and again and again', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const [tables] = await Promise.all([opened.store.vacuum(), takeLeads(100)]);
      expect(Array.isArray(tables)).toBe(true);
      await deliveriesTable();
    }
    await takeLeads(300);
    await deliveriesTable();
    expect(await opened.store.vacuum()).toContain('public.deliveries');
  });

  it.runIf(isServer)('is the server’s own affair', async () => {
    await takeLeads(200);
    expect(await opened.store.vacuum()).toEqual([]);
  });
});
