import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEncryption } from './encryption.ts';
import { adoptEncryptionKey } from './key-rotation.ts';
import { createStore } from './open.ts';
import type { TokenOwner, TokenValues } from './store.ts';
import { testDatabases, type Opened } from './testing.ts';

const OWNER: TokenOwner = { buyer: 'acme', destination: 'api', digest: 'aa' };
const VALUES: TokenValues = { accessToken: 'access-1', refreshToken: 'refresh-1', scope: null, lifetimeMs: 60_000 };
const wish = (seen: string | null, holder = 'one', forMs = 60_000) => ({ seen, holder, forMs });
const PENDING = { ...OWNER, verifier: 'a-verifier', redirectUrl: 'http://leadrail.example/oauth/callback' };

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('tokens and connections, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const fresh = (name: string): TokenOwner => ({ ...OWNER, destination: name });

  it('are got by one of many, whose lease ends with what is saved', async () => {
    const { tokens } = opened.store;
    const owner = fresh('many');
    expect(await tokens.read(owner)).toBeNull();
    const leases = await Promise.all(Array.from({ length: 10 }, (_, index) => tokens.lease(owner, wish(null, `process-${index}`))));
    expect(leases.map(({ lease }) => lease).sort()).toEqual([...Array<string>(9).fill('busy'), 'taken']);
    const saved = await tokens.save(owner, null, VALUES);
    expect(saved).toMatchObject(VALUES);
    expect(saved?.remainingMs).toBeGreaterThan(50_000);
    expect(await tokens.lease(owner, wish(null, 'late'))).toMatchObject({ lease: 'moved', tokens: { accessToken: 'access-1' } });
    expect(await tokens.lease(owner, wish(saved?.revision ?? null, 'next'))).toMatchObject({ lease: 'taken', tokens: { refreshToken: 'refresh-1' } });
  });

  it('change as one, and only in the place of what was seen', async () => {
    const { tokens } = opened.store;
    const owner = fresh('change');
    await tokens.lease(owner, wish(null));
    const first = await tokens.save(owner, null, VALUES);
    const second = await tokens.save(owner, first?.revision ?? null, { ...VALUES, accessToken: 'access-2', refreshToken: null });
    expect(second).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-1', connectedAt: first?.connectedAt });
    expect(await tokens.save(owner, first?.revision ?? null, { ...VALUES, accessToken: 'access-3' })).toBeNull();
    expect((await tokens.read(owner))?.accessToken).toBe('access-2');
  });

  it('keep what came with the access token until the next one comes', async () => {
    const { tokens } = opened.store;
    const owner = fresh('kept');
    await tokens.lease(owner, wish(null));
    const first = await tokens.save(owner, null, { ...VALUES, kept: { instance_url: 'https://acme.example' } });
    expect((await tokens.read(owner))?.kept).toEqual({ instance_url: 'https://acme.example' });
    await tokens.save(owner, first?.revision ?? null, VALUES);
    expect((await tokens.read(owner))?.kept).toBeUndefined();
  });

  it('go to the next when a lease is over or given back', async () => {
    const { tokens } = opened.store;
    const owner = fresh('next');
    await tokens.lease(owner, wish(null, 'lost', 0));
    expect(await tokens.lease(owner, wish(null, 'second'))).toEqual({ lease: 'taken', tokens: null });
    await tokens.release(owner, 'lost');
    expect(await tokens.lease(owner, wish(null, 'third'))).toEqual({ lease: 'busy' });
    await tokens.release(owner, 'second');
    expect(await tokens.lease(owner, wish(null, 'third'))).toEqual({ lease: 'taken', tokens: null });
  });

  it('are connected over what was there, forgotten, and of no use to other settings', async () => {
    const { tokens } = opened.store;
    const owner = fresh('connected');
    await tokens.lease(owner, wish(null, 'busy'));
    await tokens.connect(owner, { ...VALUES, lifetimeMs: null });
    const connected = await tokens.read(owner);
    expect(connected).toMatchObject({ accessToken: 'access-1', remainingMs: null, expiresAt: null });
    expect(await tokens.lease(owner, wish(connected?.revision ?? null))).toMatchObject({ lease: 'taken' });
    expect(await tokens.read({ ...owner, digest: 'bb' })).toBeNull();
    expect([await tokens.forget('acme', 'connected'), await tokens.forget('acme', 'connected'), await tokens.read(owner)]).toEqual([true, false, null]);
    expect(await tokens.save(owner, connected?.revision ?? null, VALUES)).toBeNull();
  });

  it('connect once, in time', async () => {
    const { connections } = opened.store;
    const expiresAt = await connections.begin('hash-1', PENDING, 60_000);
    expect(Date.parse(expiresAt)).toBeGreaterThan(0);
    await connections.begin('hash-2', PENDING, 0);
    expect([await connections.take('hash-3'), await connections.take('hash-2')]).toEqual([null, null]);
    const taken = await Promise.all([connections.take('hash-1'), connections.take('hash-1')]);
    expect(taken.filter((one) => one !== null)).toEqual([PENDING]);
  });

  it('are read with the new key alone once it was rotated in', async () => {
    const own = await open();
    try {
      await own.store.tokens.connect(OWNER, VALUES);
      await own.store.connections.begin('hash', PENDING, 60_000);
      await adoptEncryptionKey(own.database, createEncryption('the new key of enough length,a key for the tests of the store'));
      const rotated = createStore(own.database, createEncryption('the new key of enough length'));
      expect(await rotated.tokens.read(OWNER)).toMatchObject(VALUES);
      expect(await rotated.connections.take('hash')).toEqual(PENDING);
      const rows = await own.database.run('look', (session) => session.select({ sealed: sql<string>`sealed` }).from(sql`tokens`));
      expect(rows).toHaveLength(1);
    } finally {
      await own.close();
    }
  });
});
