import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabases, type Opened } from './testing.ts';

const MINUTE_MS = 60_000;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('whose turn a health check is, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const check = (destination: string, everyMs = MINUTE_MS) => ({ buyer: 'acme', destination, everyMs });
  const claim = async (destinations: string[], most = 10) => (await opened.store.healthChecks.claim(destinations.map((id) => check(id)), most)).map(({ destination }) => destination);
  const pass = (destination: string, interval: string) =>
    opened.database.run('test', (session) => session.execute(sql`update health_checks set due_at = due_at - ${interval}::interval where destination = ${destination}`));

  it('goes to one of all who ask, at once for a new one and then once an interval', async () => {
    const asked = async () => (await Promise.all(Array.from({ length: 10 }, () => claim(['api', 'inbox'])))).flat().sort();
    expect(await asked()).toEqual(['api', 'inbox']);
    expect(await asked()).toEqual([]);
    await pass('api', '59 seconds');
    expect(await asked()).toEqual([]);
    await pass('api', '1 second');
    expect(await asked()).toEqual(['api']);
    expect(await asked()).toEqual([]);
  });

  it('goes first to what is due longest, when all is more than one may have', async () => {
    expect(await claim(['a', 'b', 'c'])).toHaveLength(3);
    await pass('a', '61 seconds');
    await pass('b', '63 seconds');
    await pass('c', '62 seconds');
    expect(await claim(['a', 'b', 'c'], 2)).toEqual(['b', 'c']);
    expect(await claim(['a', 'b', 'c'], 2)).toEqual(['a']);
  });

  it('does not wait for the end of a long interval when a shorter one was configured', async () => {
    const { healthChecks } = opened.store;
    expect(await healthChecks.claim([check('hourly', 3_600_000)], 10)).toHaveLength(1);
    expect(await healthChecks.claim([check('hourly')], 10)).toHaveLength(1);
    expect(await healthChecks.claim([check('hourly')], 10)).toEqual([]);
  });

  it('tells whoever is next how the last one ended', async () => {
    const { healthChecks } = opened.store;
    const next = async () => {
      await pass('flaky', '61 seconds');
      const [claimed] = await healthChecks.claim([check('flaky')], 10);
      if (!claimed) throw new Error('it is due');
      return claimed;
    };
    const first = await next();
    await healthChecks.note({ ...first, failing: true });
    const second = await next();
    await healthChecks.note({ ...second, failing: false });
    expect([first.wasFailing, second.wasFailing, (await next()).wasFailing]).toEqual([false, true, false]);
    expect(second.claimedAtMs).toBeGreaterThanOrEqual(first.claimedAtMs);
    expect(await healthChecks.claim([], 10)).toEqual([]);
  });

  it('forgets no failed check for one that passed in an earlier turn', async () => {
    const { healthChecks } = opened.store;
    // Of another interval each time: a turn is known by its end, and here all of it happens within a millisecond.
    const next = async (everyMs: number) => {
      await pass('late', '1 hour');
      const [claimed] = await healthChecks.claim([check('late', everyMs)], 10);
      if (!claimed) throw new Error('it is due');
      return claimed;
    };
    const passed = await next(MINUTE_MS);
    const failed = await next(2 * MINUTE_MS);
    await healthChecks.note({ ...failed, failing: true });
    await healthChecks.note({ ...passed, failing: false });
    expect((await next(3 * MINUTE_MS)).wasFailing).toBe(true);
  });
});
