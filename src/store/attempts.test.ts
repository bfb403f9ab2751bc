import { sql, type SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, beginning, DELIVERED, ending, newLead, planned, planOf, REFUSAL, REJECTED, SUCCESS, testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('attempts, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const change = (statement: SQL) => opened.database.run('test', (session) => session.execute(statement));

  async function acceptedDelivery() {
    const delivery = planned('acme/api');
    await opened.store.leads.accept(newLead(planOf([delivery])));
    return delivery;
  }

  it('records an attempt as it was, and once', async () => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    await store.attempts.begin(beginning(delivery.id));
    expect(await store.attempts.ofDeliveries([delivery.id])).toMatchObject([{ number: 1, finishedAt: null, outcome: null, hash: null }]);
    const error = { outcome: 'error', kind: 'transient', code: 'http-status', reason: 'HTTP 503: look at their status page' } as const;
    const request = { method: 'PUT', url: 'https://buyer.example/really', headers: [['authorization', '***']] satisfies [string, string][], body: null };
    const end = { ...ending(delivery.id, 1, error, null), request, nextAttemptAt: '2026-03-01T10:00:05.000Z', counted: false };
    await store.attempts.finish(end);
    const [written] = await store.attempts.ofDeliveries([delivery.id]);
    expect(written).toMatchObject({ ...error, request, response: end.response, bodySha256: end.bodySha256, address: end.address, round: 1, startedAt: '2026-03-01T10:00:01.000Z', previousHash: null, gate: 'closed' });
    const { finishedAt, durationMs, timeToFirstByteMs, counted, nextAttemptAt } = end;
    expect(written).toMatchObject({ finishedAt, durationMs, timeToFirstByteMs, counted, nextAttemptAt });
    await store.attempts.finish(ending(delivery.id, 1, SUCCESS, DELIVERED));
    expect(await store.attempts.ofDeliveries([delivery.id])).toEqual([written]);
    expect((await store.deliveries.work(delivery.id))?.attempts).toEqual([
      { number: 1, round: 1, startedAt: '2026-03-01T10:00:01.000Z', finishedAt: end.finishedAt, nextAttemptAt: end.nextAttemptAt, outcome: 'error', kind: 'transient', code: 'http-status', counted: false, configVersion: 1 },
    ]);
    expect(await store.deliveries.get(delivery.id)).toMatchObject({ state: 'delivering' });
    await expect(store.attempts.begin(beginning(delivery.id))).rejects.toThrow(/attempts_pkey/);
    await expect(store.attempts.finish(ending(delivery.id, 9, SUCCESS, null))).rejects.toThrow(/never begun/);
  });

  it('begins none of a delivery that is settled, or in another round, and says when an end came too late', async () => {
    const { store } = opened;
    const [done, again] = [await acceptedDelivery(), await acceptedDelivery()];
    expect(await store.attempts.begin(beginning(done.id))).toBe(true);
    expect(await store.attempts.finish(ending(done.id, 1, REFUSAL, REJECTED))).toBe(true);
    expect(await Promise.all([store.attempts.begin(beginning(done.id, 2)), store.attempts.begin({ ...beginning(again.id), round: 2 })])).toEqual([false, false]);
    expect(await store.attempts.finish(ending(done.id, 1, REFUSAL, REJECTED))).toBe(false);
    expect(await store.deliveries.get(done.id)).toMatchObject({ state: 'rejected' });
    expect(await store.attempts.ofDeliveries([done.id, again.id])).toHaveLength(1);
  });

  it('chains attempts in the order they ended, an interrupted one apart', async () => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    for (const number of [1, 2, 3]) await store.attempts.begin(beginning(delivery.id, number));
    await store.attempts.finish(ending(delivery.id, 3, REFUSAL, null));
    await store.attempts.finish(ending(delivery.id, 1, REFUSAL, null));
    const [first, second, third] = await store.attempts.ofDeliveries([delivery.id]);
    expect([third?.previousHash, second?.hash, first?.previousHash]).toEqual([null, null, third?.hash]);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 2, brokenAt: null });
  });

  it('stores what no text column takes, and still proves it', async () => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    await store.attempts.begin(beginning(delivery.id));
    const end = ending(delivery.id, 1, { ...REFUSAL, reason: 'bad\u0000\ud800' }, null);
    await store.attempts.finish({ ...end, durationMs: 0.1 + 0.2, response: { status: 200, headers: [['x', '\u0000']], body: '\u0000PNG 💡', bodyTruncated: true } });
    const [written] = await store.attempts.ofDeliveries([delivery.id]);
    expect(written).toMatchObject({ reason: 'bad\ufffd\ufffd', durationMs: 0.1 + 0.2, response: { body: '\ufffdPNG 💡', headers: [['x', '\u0000']] } });
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 1, brokenAt: null });
  });

  it('keeps and proves further exchanges, which can be erased, and what was sealed before there were any', async () => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    await store.attempts.begin(beginning(delivery.id));
    const end = ending(delivery.id, 1, REFUSAL, null);
    const request = { method: 'PATCH', url: 'https://crm.example/9', headers: [['x-a', '1']] satisfies [string, string][], body: '{"email":"zoe@example.com"}' };
    const furtherExchanges = [{ startedAt: '2026-03-01T10:00:01.500Z', durationMs: 3, request, bodySha256: 'cd', response: end.response, fault: null, address: end.address, timeToFirstByteMs: 2 }];
    await store.attempts.finish({ ...end, furtherExchanges });
    await attempt(store, delivery, SUCCESS, DELIVERED, 2);
    const kept = await store.attempts.ofDeliveries([delivery.id]);
    expect(kept.map((one) => one.furtherExchanges)).toEqual([furtherExchanges, []]);
    await change(sql`update attempts set parts = (parts::jsonb - 'furtherExchanges')::json where delivery_id = ${delivery.id} and number = 2`);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 2, brokenAt: null });
    await change(sql`update attempts set further_exchanges = null, parts = jsonb_set(parts::jsonb, '{furtherExchanges,salt}', 'null')::json where delivery_id = ${delivery.id} and number = 1`);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 2, brokenAt: null });
    await change(sql`update attempts set parts = (parts::jsonb - 'furtherExchanges')::json where delivery_id = ${delivery.id} and number = 1`);
    expect(await store.attempts.verify(delivery.id)).toMatchObject({ valid: false, brokenAt: 1 });
  });

  it.each<[string, (id: string) => SQL, number]>([
    ['a changed answer', (id) => sql`update attempts set response_body = 'welcome' where delivery_id = ${id} and number = 2`, 2],
    ['a changed outcome', (id) => sql`update attempts set outcome = 'failure' where delivery_id = ${id} and number = 1`, 1],
    ['a changed time', (id) => sql`update attempts set started_at = started_at - interval '1 ms' where delivery_id = ${id} and number = 3`, 3],
    ['a removed attempt', (id) => sql`delete from attempts where delivery_id = ${id} and number = 2`, 3],
    ['a removed end', (id) => sql`delete from attempts where delivery_id = ${id} and number = 3`, 3],
    ['an attempt made to look unfinished', (id) => sql`update attempts set finished_at = null where delivery_id = ${id} and number = 2`, 2],
  ])('notices %s', async (_name, tamper, brokenAt) => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    for (const number of [1, 2, 3]) await attempt(store, delivery, SUCCESS, number === 3 ? DELIVERED : null, number);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 3, brokenAt: null });
    await change(tamper(delivery.id));
    expect(await store.attempts.verify(delivery.id)).toMatchObject({ valid: false, brokenAt });
  });

  it('still proves what is left after personal parts were erased with their salts', async () => {
    const { store } = opened;
    const delivery = await acceptedDelivery();
    await attempt(store, delivery, REFUSAL, null);
    await attempt(store, delivery, SUCCESS, DELIVERED, 2);
    await change(sql`
      update attempts set request_body = null, response_body = null,
        parts = jsonb_set(jsonb_set(parts::jsonb, '{requestBody,salt}', 'null'), '{responseBody,salt}', 'null')::json
      where delivery_id = ${delivery.id}`);
    expect(await store.attempts.verify(delivery.id)).toEqual({ valid: true, attempts: 2, brokenAt: null });
    expect((await store.attempts.ofDeliveries([delivery.id]))[0]?.response).toMatchObject({ status: 200, body: '' });
  });

  it('says what rule was broken without any value', async () => {
    const { store } = opened;
    const secret = 'personal-512-555-0101';
    const add = () => store.sourceKeys.add({ id: secret, source: 's', sha256: secret, prefix: 'p', createdAt: '2026-03-01T10:00:00.000Z' });
    await add();
    const error: unknown = await add().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(String(error instanceof Error ? error.stack : '')).toMatch(/sourceKeys\.add: 23505 on source_keys_(pkey|sha256_key)/);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
  });
});
