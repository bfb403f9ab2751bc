import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { openEmbedded } from './embedded.ts';
import { createEncryption } from './encryption.ts';
import { adoptEncryptionKey } from './key-rotation.ts';
import { migrate } from './migrations.ts';
import { createStore, openStore } from './open.ts';
import { newLead, planned, planOf, testDatabases } from './testing.ts';
import { createRelay } from './testing-relay.ts';

const OLD = 'the old key long enough';
const NEW = 'the new key long enough';

describe('the embedded database', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  it('lets everything else go on while a statement runs', async () => {
    const database = await openEmbedded('memory://');
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await database.run('long', (session) => session.execute(sql`select count(*) from generate_series(1, 3000000)`));
    clearInterval(timer);
    await database.close();
    // In one thread with it there would be none, or one.
    expect(turns).toBeGreaterThan(5);
  });

  it('has every answered write after kill -9, and refuses another key', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'leadrail-store-'));
    folders.push(dataDir);
    const program = `
      import { openStore } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)};
      import { createEncryption } from ${JSON.stringify(new URL('./encryption.ts', import.meta.url).href)};
      const store = await openStore({ kind: 'embedded', dataDir: process.argv[1] }, createEncryption(${JSON.stringify(OLD)}));
      for (let n = 0; n < 20; n++) await store.secrets.put('s' + n, 'value ' + n);
      process.stdout.write('written');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(openStore({ kind: 'embedded', dataDir }, createEncryption(NEW))).rejects.toMatchObject({ name: 'EncryptionKeyMismatch' });
    const store = await openStore({ kind: 'embedded', dataDir }, createEncryption(OLD));
    expect(await store.secrets.names()).toHaveLength(20);
    expect(await store.secrets.read(['s19'])).toEqual(new Map([['s19', 'value 19']]));
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('opening, $name', ({ open }) => {
  it('seals everything with the new key in one start, and refuses a stranger’s and a newer schema', async () => {
    const opened = await open();
    const { database } = opened;
    const first = createStore(database, createEncryption('a key for the tests of the store'));
    const delivery = planned('acme/api');
    const kept = { configVersion: 1, method: 'GET', url: 'https://buyer.example/', headers: [], body: null, masked: { method: 'GET', url: '', headers: [], body: null } };
    await first.leads.accept(newLead(planOf([delivery])));
    await first.deliveries.keepRequest(delivery.id, kept);
    await first.secrets.put('token', 'abc');

    await expect(adoptEncryptionKey(database, createEncryption(NEW))).rejects.toMatchObject({ name: 'EncryptionKeyMismatch' });
    await adoptEncryptionKey(database, createEncryption(`${NEW},a key for the tests of the store`));
    await adoptEncryptionKey(database, createEncryption(NEW));
    const rotated = createStore(database, createEncryption(NEW));
    expect(await rotated.secrets.read(['token'])).toEqual(new Map([['token', 'abc']]));
    expect((await rotated.deliveries.work(delivery.id))?.rendered).toEqual(kept);
    await expect(first.secrets.read(['token'])).rejects.toThrow(/LEADRAIL_ENCRYPTION_KEY/);

    await Promise.all([migrate(database), migrate(database)]);
    await database.run('test', (session) => session.execute(sql`insert into leadrail_migrations (number) values (999)`));
    await expect(migrate(database)).rejects.toThrow(/newer Leadrail/);
    await opened.close();
  });
});

describe('a server that is not there', () => {
  it('is said to be unavailable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    server.close();
    await once(server, 'close');
    const opening = openStore({ kind: 'postgres', url: `postgres://leadrail@127.0.0.1:${port}/leadrail` }, createEncryption(NEW));
    await expect(opening).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

const serverUrl = process.env['TEST_DATABASE_URL'];

describe.runIf(serverUrl)('a server that goes away', () => {
  it('makes calls unavailable, not the process, and serves again once it is back', async () => {
    const server = new URL(serverUrl ?? '');
    const target = { host: server.hostname, port: Number(server.port || 5432) };
    const relay = await createRelay(target);
    const url = new URL(server);
    url.host = `127.0.0.1:${relay.port}`;
    const isolated = testDatabases(serverUrl).find(({ isServer }) => isServer);
    const opened = await isolated?.open();
    const name = await opened?.database.run('test', (session) => session.select({ name: sql<string>`current_database()` }).from(sql`(select 1) one`));
    url.pathname = `/${name?.[0]?.name ?? ''}`;
    const store = await openStore({ kind: 'postgres', url: url.href }, createEncryption('a key for the tests of the store'));
    const lead = newLead(planOf([planned('acme/api')]));
    await Promise.all([store.ping(), store.ping(), store.ping()]);

    relay.cut();
    const calls = [store.ping(), store.leads.accept(lead), store.gates.all(), store.deliveries.settle('x', { state: 'failed', reason: null, explanation: null, deadLetter: null })];
    const results = await Promise.allSettled(calls);
    expect(results.map((result) => (result.status === 'rejected' && result.reason instanceof Error ? result.reason.name : result.status))).toEqual(calls.map(() => 'StoreUnavailable'));

    relay.mend();
    expect((await store.leads.accept(lead)).result).toBe('stored');
    // More calls than the pool has connections: none was lost on the way.
    await Promise.all(Array.from({ length: 25 }, () => store.leads.nextRedelivery(lead.id)));

    await opened?.database.run('test', (session) =>
      session.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`),
    );
    await relay.quiet();
    await store.ping();
    await store.close();
    await opened?.close();
    relay.close();
  });
});
