import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { problemSchema } from '../http/problem.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const errorsOf = (json: unknown) => problemSchema.parse(json).errors ?? [];
const [acme] = CONFIG.buyers;

describe('the configuration', () => {
  it('is checked, applied, read masked as JSON and YAML, and put back unchanged', async () => {
    expect((await api.call('GET', '/v1/config')).status).toBe(404);
    const dry = await api.call('PUT', '/v1/config?dryRun=true', { body: CONFIG });
    expect([dry.status, dry.json]).toEqual([200, expect.objectContaining({ dryRun: true })]);
    expect((await api.call('GET', '/v1/config')).status).toBe(404);
    const applied = await api.call('PUT', '/v1/config', { body: CONFIG });
    expect(applied.json).toMatchObject({ version: 1, changed: true, warnings: [{ path: 'buyers[1].destinations[0].token' }] });
    await expect.poll(() => api.engine.syncs).toBe(1);
    const read = await api.call('GET', '/v1/config');
    expect(read.text).not.toContain('a-literal-token');
    expect([read.headers.get('content-type'), read.headers.get('etag')]).toEqual(['application/json; charset=utf-8', '"1"']);
    const yaml = await api.call('GET', '/v1/config', { headers: { accept: 'application/yaml' } });
    expect(parse(yaml.text)).toEqual(read.json);
    const back = await api.call('PUT', '/v1/config', { body: yaml.text, headers: { 'content-type': 'application/yaml' } });
    expect(back.json).toMatchObject({ version: 1, changed: false });
  });

  it('names every mistake with its path, and applies nothing', async () => {
    const wrong = {
      ...CONFIG,
      buyers: [...CONFIG.buyers, { id: 'acme', nmae: 'x', destinations: [{ id: 'a', type: 'webhook', url: 'https://a.example', timout: '1s' }] }],
      routes: [{ id: 'r', deliver: ['acmee'] }],
    };
    const answer = await api.call('PUT', '/v1/config', { body: wrong });
    expect(answer.status).toBe(422);
    const errors = errorsOf(answer.json);
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expect(errors).toContainEqual(expect.objectContaining({ path: 'buyers[3].destinations[0].timout', suggestion: 'timeout' }));
    expect(errors.map(({ path }) => path)).toEqual(expect.arrayContaining(['buyers[3].nmae', 'routes[0].deliver[0]']));
    expect(errors.some(({ message }) => /acme/.test(message) && /twice|already|duplicate/i.test(message)), 'the duplicate id').toBe(true);
    expect((await api.call('GET', '/v1/config')).headers.get('etag')).toBe('"1"');
  });

  it.each([
    ['broken JSON', 400, '{', 'application/json'],
    ['broken YAML', 400, 'a: [1', 'application/yaml'],
    ['another content type', 415, 'a: 1', 'text/plain'],
    ['a list', 422, '[]', 'application/json'],
  ])('%s is a %i', async (_, status, body, type) => {
    expect((await api.call('PUT', '/v1/config', { body, headers: { 'content-type': type } })).status).toBe(status);
  });

  it('is applied only to the version that was read, with If-Match', async () => {
    expect((await api.call('PUT', '/v1/config', { body: CONFIG, headers: { 'if-match': '"7"' } })).status).toBe(409);
    expect((await api.call('PUT', '/v1/config', { body: CONFIG, headers: { 'if-match': 'x' } })).status).toBe(422);
    expect((await api.call('PUT', '/v1/config', { body: CONFIG, headers: { 'if-match': '"1"' } })).status).toBe(200);
  });
});

describe('buyers', () => {
  it('are listed, read, replaced and deleted; one that a route names is not', async () => {
    const spare = await api.call('GET', '/v1/buyers/spare');
    expect(spare.json).toMatchObject({ id: 'spare' });
    expect((await api.call('GET', '/v1/buyers/acme')).text).not.toContain('a-literal-token');
    const put = await api.call('PUT', '/v1/buyers/delta', { body: { destinations: [{ id: 'api', type: 'webhook', url: 'https://delta.example' }] } });
    expect([put.status, put.json]).toEqual([200, expect.objectContaining({ changed: true })]);
    const listed = z.object({ items: z.array(z.object({ id: z.string() })) }).parse((await api.call('GET', '/v1/buyers')).json);
    expect(listed.items.map(({ id }) => id)).toEqual(['acme', 'bravo', 'spare', 'delta']);
    const wrong = await api.call('PUT', '/v1/buyers/delta', { body: { destinations: [{ id: 'api', type: 'webhook' }] } });
    expect([wrong.status, errorsOf(wrong.json).map(({ path }) => path)]).toEqual([422, ['destinations[0].url']]);
    expect((await api.call('DELETE', '/v1/buyers/delta')).status).toBe(204);
    expect((await api.call('DELETE', '/v1/buyers/delta')).status).toBe(404);
    const named = await api.call('DELETE', '/v1/buyers/acme');
    expect([named.status, named.text]).toEqual([409, expect.stringContaining('west')]);
  });

  it('show their breakers', async () => {
    expect((await api.call('GET', '/v1/buyers/acme/breaker')).json).toEqual({
      buyer: 'acme',
      state: 'closed',
      reason: null,
      since: null,
      destinations: Object.fromEntries((acme?.destinations ?? []).map(({ id }) => [id, { state: 'closed', errors: 0, reason: null, since: null, nextProbeAt: null }])),
    });
    const since = '2025-01-01T00:00:00.000Z';
    const open = { state: 'open', reason: '5 errors in a row', since, errors: 5, cooldownMs: 1, nextProbeAt: since } as const;
    await api.store.gates.publish({ buyer: 'acme', version: 1, paused: null, probes: 0, destinations: { copy: open } });
    expect((await api.call('GET', '/v1/buyers/acme/breaker')).json).toMatchObject({ state: 'closed', destinations: { copy: { state: 'open', errors: 5, nextProbeAt: since } } });
    await api.store.gates.publish({ buyer: 'acme', version: 2, paused: null, probes: 0, destinations: { api: open } });
    expect((await api.call('GET', '/v1/buyers/acme/breaker')).json).toMatchObject({ state: 'open', since });
    await api.store.gates.publish({ buyer: 'acme', version: 3, paused: { reason: 'holidays', since }, probes: 0, destinations: { api: open } });
    expect((await api.call('GET', '/v1/buyers/acme/breaker')).json).toMatchObject({ state: 'paused', reason: 'holidays' });
  });

  it('are paused and resumed by signals', async () => {
    const since = '2025-01-01T00:00:00.000Z';
    let version = 0;
    api.engine.onSignal = async (buyer, signal) => {
      version += 1;
      await api.store.gates.publish({ buyer, version, paused: signal === 'pause' ? { reason: 'x', since } : null, probes: 0, destinations: {} });
    };
    const paused = await api.call('POST', '/v1/buyers/bravo/pause', { body: { reason: 'holidays' } });
    expect([paused.status, paused.json]).toEqual([200, expect.objectContaining({ state: 'paused' })]);
    const resumed = await api.call('POST', '/v1/buyers/bravo/resume');
    expect([resumed.status, resumed.json]).toEqual([200, expect.objectContaining({ state: 'closed' })]);
    expect(api.engine.signals).toEqual([
      { signal: 'pause', buyer: 'bravo', argument: { reason: 'holidays' } },
      { signal: 'resume', buyer: 'bravo', argument: {} },
    ]);
    api.engine.onSignal = () => Promise.resolve();
    expect((await api.call('POST', '/v1/buyers/bravo/pause')).status, 'not published within the time').toBe(202);
    expect((await api.call('POST', '/v1/buyers/bravo/pause', { body: { destination: 'nowhere' } })).status).toBe(422);
    expect((await api.call('POST', '/v1/buyers/bravo/pause', { body: { raeson: 'x' } })).status).toBe(422);
    expect((await api.call('POST', '/v1/buyers/nobody/pause')).status).toBe(404);
    api.engine.isAway = true;
    const away = await api.call('POST', '/v1/buyers/bravo/pause');
    api.engine.isAway = false;
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('are applied while Temporal is away', async () => {
    api.engine.isAway = true;
    const put = await api.call('PUT', '/v1/buyers/echo', { body: { destinations: [{ id: 'api', type: 'webhook', url: 'https://echo.example' }] } });
    await expect.poll(() => api.logged.some((line) => line.includes('synchronised'))).toBe(true);
    api.engine.isAway = false;
    expect(put.status).toBe(200);
  });
});

describe('secrets', () => {
  it('are set, listed by name, and never read; one in use is not deleted', async () => {
    for (const name of ['bravo_token', 'other']) expect((await api.call('PUT', `/v1/secrets/${name}`, { body: { value: 'a-secret-value' } })).status).toBe(204);
    const listed = await api.call('GET', '/v1/secrets');
    expect(listed.json).toEqual({ items: [{ name: 'bravo_token' }, { name: 'other' }], nextCursor: null });
    expect((await api.call('GET', '/v1/secrets/other')).status).toBe(405);
    expect((await api.call('DELETE', '/v1/secrets/bravo_token')).status).toBe(409);
    expect((await api.call('DELETE', '/v1/secrets/other')).status).toBe(204);
    expect((await api.call('DELETE', '/v1/secrets/other')).status).toBe(404);
    const bad = await api.call('PUT', '/v1/secrets/other', { body: { valeu: 'a-secret-value' } });
    expect([bad.status, bad.text.includes('a-secret-value')]).toEqual([422, false]);
    expect((await api.call('PUT', '/v1/secrets/.literal%2Facme%2Fapi%2Ftoken', { body: { value: 'x' } })).status).toBe(422);
    expect(api.logged.join('')).not.toContain('a-secret-value');
  });
});

describe('lists', () => {
  it('of alerts and versions are paged', async () => {
    for (const buyer of ['acme', 'bravo']) {
      await api.store.alerts.raise({ kind: 'breaker-open', buyer, destination: 'api', lead: null, reason: 'r', raisedAt: `2025-01-0${buyer === 'acme' ? 1 : 2}T00:00:00.000Z` });
    }
    const pageSchema = z.object({ items: z.array(z.object({ buyer: z.string() })), nextCursor: z.string().nullable() });
    const first = pageSchema.parse((await api.call('GET', '/v1/alerts?limit=1')).json);
    const second = pageSchema.parse((await api.call('GET', `/v1/alerts?limit=1&cursor=${first.nextCursor ?? ''}`)).json);
    expect([first.items, second.items, second.nextCursor]).toMatchObject([[{ buyer: 'bravo' }], [{ buyer: 'acme' }], null]);
    const versions = z.object({ items: z.array(z.object({ version: z.int() })) }).parse((await api.call('GET', '/v1/config/versions')).json);
    expect(versions.items.at(-1)?.version).toBe(1);
  });

  it('of leads are filtered', async () => {
    const id = await api.sendLead({ state: 'TX', email: 'search@example.com' });
    await api.sendLead({ state: 'CA' });
    const idsSchema = z.object({ items: z.array(z.object({ id: z.string() })) });
    const search = async (query: string) => idsSchema.parse((await api.call('GET', `/v1/leads?${query}`)).json).items.map((lead) => lead.id);
    for (const query of ['field.email=search@example.com', 'buyer=bravo&status=delivering', 'field.state=TX&source=facebook&test=false&from=2025-01-01']) {
      expect([query, await search(query)]).toEqual([query, [id]]);
    }
    for (const query of ['to=2025-01-01', 'source=partner', 'test=true', 'field.email=search']) expect([query, await search(query)]).toEqual([query, []]);
  });
});
