import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEncryption } from './encryption.ts';
import { adoptEncryptionKey } from './key-rotation.ts';
import { createStore } from './open.ts';
import { testDatabases, type Opened } from './testing.ts';

const ALERT = { lead: 'lead-1', reason: 'It came back.', raisedAt: '2026-03-01T10:00:01.000Z' };
const RELEASED_AT = '2026-03-04T10:00:00.000Z';
const BOUNCE = { cause: 'bounced', buyer: 'acme', destination: 'inbox', deliveryId: 'd-1', since: '2026-03-01T10:00:00.000Z' } as const;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('suppressions and callbacks, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('are one an address, however it is written, and the first stays', async () => {
    const { suppressions } = opened.store;
    const first = await suppressions.add({ ...BOUNCE, address: 'Sales@Buyer.example' }, ALERT);
    expect(first).toMatchObject({ ...BOUNCE, address: 'Sales@Buyer.example' });
    expect(await suppressions.add({ ...BOUNCE, address: ' sales@buyer.example', cause: 'complained', since: '2026-03-02T10:00:00.000Z' }, ALERT)).toEqual(first);
    await suppressions.add({ ...BOUNCE, address: 'other@buyer.example', since: '2026-03-03T10:00:00.000Z' }, ALERT);
    expect(await suppressions.find(['nobody@buyer.example', 'SALES@buyer.example'])).toEqual([first]);
    expect(await suppressions.find([])).toEqual([]);
    const page = await suppressions.list(1, null);
    const rest = await suppressions.list(1, page.nextCursor);
    expect([page.items, rest.items].flat().map(({ address }) => address)).toEqual(['other@buyer.example', 'Sales@Buyer.example']);
  });

  it('hold no address in the clear, and follow a new encryption key', async () => {
    const { rows } = await opened.database.run('test', async (session) => session.execute(sql`select suppressions::text as row from suppressions`)).then((result) => ({ rows: JSON.stringify(result) }));
    expect(rows.toLowerCase()).not.toContain('buyer.example');
    const rotating = createEncryption('another key for the tests of the store,a key for the tests of the store');
    await adoptEncryptionKey(opened.database, rotating);
    const rotated = createStore(opened.database, createEncryption('another key for the tests of the store'));
    expect((await rotated.suppressions.find(['sales@buyer.example'])).map(({ address }) => address)).toEqual(['Sales@Buyer.example']);
    await adoptEncryptionKey(opened.database, createEncryption('a key for the tests of the store,another key for the tests of the store'));
  });

  it('are released once; the alert goes with the last of its destination', async () => {
    const { suppressions, alerts } = opened.store;
    const release = async (address: string) => suppressions.release((await suppressions.find([address])).at(0)?.id ?? '', RELEASED_AT);
    const alertsNow = async () => (await alerts.list(10, null)).items.map(({ kind, buyer, destination, lead, clearedAt }) => ({ kind, buyer, destination, lead, clearedAt }));
    const raised = { kind: 'recipient-suppressed', buyer: 'acme', destination: 'inbox', lead: 'lead-1' };
    expect([await release('sales@buyer.example'), await release('sales@buyer.example'), await suppressions.find(['sales@buyer.example'])]).toEqual([true, false, []]);
    expect(await alertsNow()).toEqual([{ ...raised, clearedAt: null }]);
    expect(await release('other@buyer.example')).toBe(true);
    expect(await alertsNow()).toEqual([{ ...raised, clearedAt: RELEASED_AT }]);
  });

  it('know callbacks by provider and id, and forget the old ones', async () => {
    const { callbacks } = opened.store;
    await callbacks.note('resend', 'a');
    await callbacks.note('resend', 'a');
    expect([await callbacks.isKnown('resend', 'a'), await callbacks.isKnown('twilio', 'a'), await callbacks.isKnown('resend', 'b')]).toEqual([true, false, false]);
    await opened.database.run('test', async (session) => session.execute(sql`update provider_callbacks set received_at = received_at - interval '15 days'`));
    await callbacks.note('resend', 'b');
    expect([await callbacks.isKnown('resend', 'a'), await callbacks.isKnown('resend', 'b')]).toEqual([false, true]);
  });
});
