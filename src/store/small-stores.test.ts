import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('alerts, configurations, secrets and keys, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('raises an alert once until it is cleared', async () => {
    const { alerts } = opened.store;
    const alert = { kind: 'breaker-open', buyer: 'acme', destination: 'api', lead: null, reason: 'five errors', raisedAt: '2026-03-01T10:00:00.000Z' } as const;
    await alerts.raise(alert);
    await alerts.raise({ ...alert, raisedAt: '2026-03-01T10:00:01.000Z' });
    await alerts.raise({ ...alert, destination: null, raisedAt: '2026-03-01T10:00:02.000Z' });
    expect((await alerts.list(10, null)).items.map(({ destination, raisedAt }) => [destination, raisedAt])).toEqual([
      [null, '2026-03-01T10:00:02.000Z'],
      ['api', '2026-03-01T10:00:00.000Z'],
    ]);
    await alerts.clear({ buyer: 'acme', destination: 'api', kinds: ['breaker-open', 'destination-shut'] }, '2026-03-01T10:00:03.000Z');
    await alerts.raise({ ...alert, raisedAt: '2026-03-01T10:00:04.000Z' });
    const first = await alerts.list(2, null);
    const rest = await alerts.list(2, first.nextCursor);
    expect([...first.items, ...rest.items].map(({ destination, clearedAt }) => [destination, clearedAt])).toEqual([
      ['api', null],
      [null, null],
      ['api', '2026-03-01T10:00:03.000Z'],
    ]);
    expect(rest.nextCursor).toBeNull();
  });

  it('adds a version of the configuration for one of two writers', async () => {
    const { configs } = opened.store;
    expect([await configs.latest(), await configs.lastFileSha256()]).toEqual([null, null]);
    const record = { document: { z: 1, a: [null, 'ü'] }, appliedAt: '2026-03-01T10:00:00.000Z', origin: 'file', fileSha256: 'aa' };
    const first = await Promise.all([configs.add(record, 0), configs.add(record, 0)]);
    expect(first.filter((one) => one !== null)).toEqual([{ ...record, version: 1 }]);
    expect(await configs.add({ ...record, origin: 'api', fileSha256: null }, 1)).toMatchObject({ version: 2 });
    expect(await configs.add(record, 1)).toBeNull();
    expect(await configs.add(record, 5)).toBeNull();
    expect(JSON.stringify((await configs.latest())?.document)).toBe(JSON.stringify(record.document));
    expect(await configs.get(1)).toEqual({ ...record, version: 1 });
    expect([await configs.get(9), await configs.lastFileSha256()]).toEqual([null, 'aa']);
    const page = await configs.versions(1, null);
    const next = await configs.versions(1, page.nextCursor);
    expect([page.items, next.items, next.nextCursor].flat()).toEqual([
      { version: 2, appliedAt: record.appliedAt, origin: 'api', fileSha256: null },
      { version: 1, appliedAt: record.appliedAt, origin: 'file', fileSha256: 'aa' },
      null,
    ]);
  });

  it('keeps secrets by name', async () => {
    const { secrets } = opened.store;
    await secrets.put('b', 'one');
    await secrets.put('a', 'zwei €');
    await secrets.put('b', 'two');
    expect(await secrets.read(['a', 'b', 'c'])).toEqual(new Map([['a', 'zwei €'], ['b', 'two']]));
    expect([await secrets.names(), await secrets.delete('a'), await secrets.delete('a'), await secrets.read([])]).toEqual([['a', 'b'], true, false, new Map()]);
  });

  it('finds a source by its key’s hash', async () => {
    const { sourceKeys } = opened.store;
    const key = { id: 'k1', source: 'facebook', prefix: 'lr_ab', createdAt: '2026-03-01T10:00:00.000Z' };
    await sourceKeys.add({ ...key, sha256: 'ff' });
    expect([await sourceKeys.sourceOf('ff'), await sourceKeys.sourceOf('fe')]).toEqual(['facebook', null]);
    expect(await sourceKeys.list('facebook')).toEqual([key]);
    expect([await sourceKeys.delete('website', 'k1'), await sourceKeys.delete('facebook', 'k1'), await sourceKeys.list('facebook')]).toEqual([false, true, []]);
  });
});
