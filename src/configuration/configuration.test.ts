import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../domain/config/destination.ts';
import { createEncryption } from '../store/encryption.ts';
import { openStore } from '../store/open.ts';
import { StoreUnavailable, type ConfigStore, type Store } from '../store/store.ts';
import { Configuration, type AppliedConfig } from './configuration.ts';
import type { DestinationTypes } from './destination-types.ts';

const partnerSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('partner'),
    token: z.string().regex(/^(secret:\/\/|tok)/, 'starts with "tok"').optional(),
    keys: z.union([z.string(), z.array(z.string())]).transform((keys) => [keys].flat()).default([]),
  })
  .transform(withCommonUnits);
const types: DestinationTypes = {
  schemas: { partner: partnerSchema },
  checks: {},
  credentialPaths: (destination) => {
    const keys = 'keys' in destination && Array.isArray(destination.keys) ? destination.keys : [];
    return [['token'], ...keys.map((_, index) => ['keys', index])];
  },
};

const partner = (id: string, extra: object = {}) => ({ id, type: 'partner', ...extra });
const acme = (extra: object = {}) => ({ id: 'acme', name: 'Acme', destinations: [partner('api', extra)] });
const api = { by: 'api' } as const;

let store: Store;
let nowMs = 0;
const clock = () => new Date(nowMs);

beforeAll(async () => {
  store = await openStore({ kind: 'embedded', dataDir: 'memory://' }, createEncryption('a sample key for the tests of this file'));
});
afterAll(async () => {
  await store.close();
});

const open = (over: Partial<ConfigStore> = {}): Configuration => new Configuration({ store: { ...store, configs: { ...store.configs, ...over } }, clock, types });

async function applied(configuration: Configuration, document: unknown): Promise<number> {
  const result = await configuration.apply(document, api);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result.version;
}

describe('versions', () => {
  it('makes a version of each change, none of the same document, and tells listeners', async () => {
    const configuration = open();
    const heard: AppliedConfig[] = [];
    const stop = configuration.onApplied((one) => heard.push(one));
    const first = await applied(configuration, { buyers: [acme()] });
    expect(await configuration.apply({ buyers: [acme()] }, api)).toEqual({ ok: true, version: first, changed: false, warnings: [] });
    const second = await applied(configuration, { buyers: [acme({ required: false })] });
    stop();
    await applied(configuration, { buyers: [] });
    expect([second, heard.map(({ version }) => version)]).toEqual([first + 1, [first, second]]);
    expect((await configuration.at(first))?.config.buyers[0]?.destinations[0]?.required).toBe(true);
    expect((await configuration.at(second))?.config.buyers[0]?.destinations[0]?.required).toBe(false);
    expect(await configuration.at(second + 100)).toBeNull();
    expect((await configuration.versions(2, null)).items.map(({ version, origin }) => [version, origin])).toEqual([
      [second + 1, 'api'],
      [second, 'api'],
    ]);
  });

  it('stores nothing that has mistakes, and nothing for a dry run', async () => {
    const configuration = open();
    const before = await applied(configuration, { buyers: [acme()] });
    expect(await configuration.apply({ buyers: [acme({ tokn: 'x' })] }, api)).toEqual({
      ok: false,
      problem: 'invalid',
      mistakes: [expect.objectContaining({ path: 'buyers[0].destinations[0].tokn', suggestion: 'token' })],
    });
    expect(await configuration.check({ buyers: [acme({ token: 'tok-dry' })] })).toMatchObject({ ok: true, warnings: [] });
    expect(await configuration.check({ buyer: [] })).toMatchObject({ ok: false, mistakes: [{ path: 'buyer', suggestion: 'buyers' }] });
    expect((await configuration.masked())?.version).toBe(before);
  });

  it('applies to the version it was made from only', async () => {
    const configuration = open();
    const version = await applied(configuration, { buyers: [acme()] });
    const late = await configuration.apply({ buyers: [] }, { by: 'api', expectedVersion: version - 1 });
    expect(late).toMatchObject({ ok: false, problem: 'conflict' });
    expect(await configuration.apply({ buyers: [] }, { by: 'api', expectedVersion: version })).toMatchObject({ ok: true, version: version + 1 });
  });

  it('loses no write of several at once, also from several processes', async () => {
    const [one, other] = [open(), open()];
    await applied(one, { buyers: [] });
    const ids = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(ids.map((id, index) => (index % 2 === 0 ? one : other).putBuyer(id, { destinations: [partner('api')] })));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    nowMs += 1_000;
    expect((await one.current())?.config.buyers.map(({ id }) => id).sort()).toEqual(ids);
  });
});

describe('current', () => {
  it('asks the store at most every 250 ms, once for all who ask together, and sees what another process applied', async () => {
    const writer = open();
    const version = await applied(writer, { buyers: [acme()] });
    let questions = 0;
    const reader = open({
      versions: (limit, cursor) => {
        questions += 1;
        return store.configs.versions(limit, cursor);
      },
    });
    const answers = await Promise.all([reader.current(), reader.current(), reader.current()]);
    expect([questions, answers.map((answer) => answer?.version)]).toEqual([1, [version, version, version]]);
    await applied(writer, { buyers: [] });
    nowMs += 249;
    expect([(await reader.current())?.version, questions]).toEqual([version, 1]);
    nowMs += 1;
    expect([(await reader.current())?.version, questions]).toEqual([version + 1, 2]);
  });

  it('serves the one known while the store is away, and rejects when none is known', async () => {
    await applied(open(), { buyers: [acme()] });
    let isAway = false;
    const away = (): never => {
      throw new StoreUnavailable('away');
    };
    const reader = open({ versions: async (limit, cursor) => (isAway ? away() : store.configs.versions(limit, cursor)) });
    const known = await reader.current();
    isAway = true;
    nowMs += 1_000;
    expect(await reader.current()).toBe(known);
    await expect(open({ versions: () => Promise.reject(new StoreUnavailable('away')) }).current()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('literal credentials', () => {
  it('are stored apart and encrypted, masked when read, and unchanged when the mask comes back', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ token: 'tok-1', keys: ['key-1', 'secret://named'] })] });
    await store.secrets.put('named', 'key-named');
    const stored = JSON.stringify((await store.configs.latest())?.document);
    expect(stored).toContain('secret://.literal/acme/api/token');
    expect(stored).not.toMatch(/tok-1|key-1/);

    const masked = (await configuration.masked())?.document;
    expect(masked).toEqual({ buyers: [acme({ token: '********', keys: ['********', 'secret://named'] })] });
    expect(await configuration.apply(masked, api)).toMatchObject({ ok: true, changed: false, warnings: [] });

    const resolved = await configuration.resolveDestination('latest', 'acme', 'api');
    expect(resolved).toMatchObject({ ok: true, destination: { token: 'tok-1', keys: ['key-1', 'key-named'] }, buyer: { id: 'acme' } });
    expect(resolved.ok && [...resolved.secretValues].sort()).toEqual(['key-1', 'key-named', 'tok-1']);
  });

  it('are found where the schema made a list of one text', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ keys: 'key-alone' })] });
    expect((await configuration.masked())?.document).toEqual({ buyers: [acme({ keys: '********' })] });
    expect(await configuration.resolveDestination('latest', 'acme', 'api')).toMatchObject({ destination: { keys: ['key-alone'] } });
  });

  it('make a new version when they change, and work at once', async () => {
    const configuration = open();
    const version = await applied(configuration, { buyers: [acme({ token: 'tok-old' })] });
    expect(await configuration.resolveDestination('latest', 'acme', 'api')).toMatchObject({ destination: { token: 'tok-old' } });
    expect(await applied(configuration, { buyers: [acme({ token: 'tok-new' })] })).toBe(version + 1);
    expect(await configuration.resolveDestination('latest', 'acme', 'api')).toMatchObject({ destination: { token: 'tok-new' } });
  });

  it('and secrets that another process has set are seen within a second, or at once where it matters', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ token: 'secret://named' })] });
    await store.secrets.put('named', 'tok-before');
    const seen = async (order?: { isFresh: boolean }) => configuration.resolveDestination('latest', 'acme', 'api', order);
    expect(await seen()).toMatchObject({ destination: { token: 'tok-before' } });
    await store.secrets.put('named', 'tok-after');
    expect(await seen()).toMatchObject({ destination: { token: 'tok-before' } });
    expect(await seen({ isFresh: true })).toMatchObject({ destination: { token: 'tok-after' } });
    expect(await seen()).toMatchObject({ destination: { token: 'tok-after' } });
    await store.secrets.put('named', 'tok-last');
    configuration.forgetSecrets();
    expect(await seen()).toMatchObject({ destination: { token: 'tok-last' } });
  });

  it('that come back masked for another place are a mistake that says so', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ token: 'tok-2' })] });
    const moved = await configuration.apply({ buyers: [{ ...acme({ token: '********' }), id: 'bravo' }] }, api);
    expect(moved).toEqual({
      ok: false,
      problem: 'invalid',
      mistakes: expect.arrayContaining([
        { path: 'buyers[0].destinations[0].token', message: '******** means "unchanged", but nothing is stored here; write the credential or `secret://name` (buyer bravo, destination api)' },
      ]) as unknown,
    });
    const reserved = await configuration.apply({ buyers: [acme({ token: 'secret://.literal/bravo/api/token' })] }, api);
    expect(reserved).toMatchObject({ ok: false, mistakes: [{ path: 'buyers[0].destinations[0].token', message: expect.stringContaining('is reserved') as unknown }] });
  });

  it('go back to what they were when another writer came first', async () => {
    const winner = open();
    await applied(winner, { buyers: [acme({ token: 'tok-kept' })] });
    const loser = open({ add: () => Promise.resolve(null) });
    expect(await loser.apply({ buyers: [acme({ token: 'tok-lost', keys: ['key-lost'] })] }, api)).toMatchObject({ ok: false, problem: 'conflict' });
    const values = await store.secrets.read(['.literal/acme/api/token', '.literal/acme/api/keys/0']);
    expect([...values.values()]).not.toContain('tok-lost');
    expect([...values.values()]).not.toContain('key-lost');
    expect(values.get('.literal/acme/api/token')).toBe('tok-kept');
  });
});

describe('resolveDestination', () => {
  it('says what is missing, with the version asked for', async () => {
    const configuration = open();
    const version = await applied(configuration, { buyers: [acme({ token: 'secret://not_there' })] });
    await applied(configuration, { buyers: [acme()] });
    expect(await configuration.resolveDestination(version, 'acme', 'api')).toEqual({
      ok: false,
      problem: 'secret-missing',
      explanation: 'secret "not_there" is not stored; set with PUT /v1/secrets/{name}, acme/api needs it',
    });
    expect(await configuration.resolveDestination('latest', 'acme', 'api')).toMatchObject({ ok: true, configVersion: version + 1, secretValues: [] });
    expect(await configuration.resolveDestination('latest', 'nobody', 'api')).toMatchObject({ ok: false, problem: 'no-buyer' });
    expect(await configuration.resolveDestination('latest', 'acme', 'inbox')).toMatchObject({ ok: false, problem: 'no-destination' });
  });

  it('refuses a secret of the wrong form without repeating it', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ token: 'secret://odd' })] });
    await store.secrets.put('odd', 'hunter2');
    const resolved = await configuration.resolveDestination('latest', 'acme', 'api');
    expect(resolved).toMatchObject({ ok: false, problem: 'secret-missing', explanation: expect.stringContaining('token') as unknown });
    expect(JSON.stringify(resolved)).not.toContain('hunter2');
  });

  it('uses a secret that was replaced after at most a second, and one that was missing at once', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [acme({ token: 'secret://rotated' })] });
    const token = async () => {
      const resolved = await configuration.resolveDestination('latest', 'acme', 'api');
      return resolved.ok && 'token' in resolved.destination ? resolved.destination.token : null;
    };
    expect(await token()).toBeNull();
    await store.secrets.put('rotated', 'tok-a');
    expect(await token()).toBe('tok-a');
    await store.secrets.put('rotated', 'tok-b');
    expect(await token()).toBe('tok-a');
    nowMs += 1_000;
    expect(await token()).toBe('tok-b');
  });

  it('warns, when applied, of secrets that are not stored', async () => {
    const result = await open().apply({ buyers: [acme({ token: 'secret://later', keys: ['secret://later'] })] }, api);
    expect(result).toMatchObject({ ok: true, warnings: [{ path: 'buyers[0].destinations[0].token', message: expect.stringContaining('secret "later" is not stored yet') as unknown }] });
  });
});

describe('one buyer', () => {
  const routes = [{ id: 'all', deliver: ['acme/api'] }];

  it('is read masked, replaced, added, and taken away unless a route names it', async () => {
    const configuration = open();
    const version = await applied(configuration, { buyers: [acme({ token: 'tok-3' })], routes });
    expect(await configuration.getBuyer('acme')).toEqual({ version, buyer: acme({ token: '********' }) });
    expect(await configuration.getBuyer('bravo')).toBeNull();

    expect(await configuration.putBuyer('acme', { name: 'Acme Solar', destinations: [partner('api', { token: '********' })] })).toMatchObject({ ok: true, changed: true });
    expect(await configuration.putBuyer('bravo', { destinations: [partner('api')] })).toMatchObject({ ok: true, version: version + 2 });
    expect((await configuration.masked())?.document).toMatchObject({ buyers: [{ id: 'acme', name: 'Acme Solar' }, { id: 'bravo' }], routes });
    expect(await configuration.resolveDestination('latest', 'acme', 'api')).toMatchObject({ destination: { token: 'tok-3' } });

    expect(await configuration.deleteBuyer('acme')).toMatchObject({ ok: false, problem: 'named-by-routes', routes: ['all'] });
    expect(await configuration.deleteBuyer('bravo')).toEqual({ ok: true, version: version + 3 });
    expect(await configuration.deleteBuyer('bravo')).toMatchObject({ ok: false, problem: 'no-buyer' });
  });

  it('has its mistakes told with paths in what was sent, and those it causes elsewhere with theirs', async () => {
    const configuration = open();
    await applied(configuration, { buyers: [{ id: 'keep', destinations: [partner('store')] }, acme()], routes });
    const result = await configuration.putBuyer('acme', { nme: 'A', destinations: [partner('inbox', { token: 'x' })] });
    expect(result.ok ? [] : result.mistakes.map(({ path }) => path).sort()).toEqual(['destinations[0].token', 'nme', 'routes[0].deliver[0]']);
    expect(await configuration.putBuyer('acme', { id: 'other', destinations: [partner('api')] })).toMatchObject({ ok: false, mistakes: [{ path: 'id' }] });
    expect(await configuration.putBuyer('acme', 'text')).toMatchObject({ ok: false, problem: 'invalid' });
    expect(await configuration.putBuyer('acme', acme(), 0)).toMatchObject({ ok: false, problem: 'conflict' });
  });
});

describe('applyFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leadrail-configuration-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const yaml = (name: string) => `buyers:\n  - { id: acme, name: ${name}, destinations: [{ id: api, type: partner }] }\n`;
  const nameOf = async (configuration: Configuration) => {
    nowMs += 1_000;
    return (await configuration.current())?.config.buyers[0]?.name;
  };

  it('does not overwrite what the API changed since, unless the file changed too', async () => {
    const configuration = open();
    const path = join(folder, 'leadrail.yaml');
    await writeFile(path, yaml('FromFile'));
    expect(await configuration.applyFile(path)).toMatchObject({ ok: true, changed: true });
    await configuration.putBuyer('acme', { name: 'FromApi', destinations: [partner('api')] });
    expect(await configuration.applyFile(path)).toMatchObject({ ok: true, changed: false });
    expect(await nameOf(configuration)).toBe('FromApi');
    await writeFile(path, yaml('FromNewFile'));
    expect(await configuration.applyFile(path)).toMatchObject({ ok: true, changed: true });
    expect(await nameOf(configuration)).toBe('FromNewFile');
  });

  it('notes a file that was touched but says the same, so that it does not overwrite later', async () => {
    const configuration = open();
    const path = join(folder, 'touched.yaml');
    await writeFile(path, yaml('Same'));
    await configuration.applyFile(path);
    await writeFile(path, `# a comment\n${yaml('Same')}`);
    expect(await configuration.applyFile(path)).toMatchObject({ ok: true });
    await configuration.putBuyer('acme', { name: 'FromApi', destinations: [partner('api')] });
    await configuration.applyFile(path);
    expect(await nameOf(configuration)).toBe('FromApi');
  });

  it('tells what is wrong with a file, with line and column, or that it is not there', async () => {
    const configuration = open();
    const path = join(folder, 'broken.yaml');
    await writeFile(path, 'buyers:\n  - id: a\n    id: b\n');
    expect(await configuration.applyFile(path)).toMatchObject({ ok: false, problem: 'invalid', mistakes: [{ path: 'line 3, column 5' }] });
    const nowhere = join(folder, 'nowhere.yaml');
    expect(await configuration.applyFile(nowhere)).toMatchObject({ ok: false, mistakes: [{ path: nowhere, message: expect.stringContaining('ENOENT') as unknown }] });
  });
});
