import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CONFIG, ADMIN_KEY, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';
import { problemSchema } from './problem.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await api.call('PUT', '/v1/config', { body: CONFIG });
});
afterAll(() => api.close());

describe('keys', () => {
  it.each([
    ['no key', 401, null],
    ['a wrong key', 401, 'wrong'],
    ['the start of the admin key', 401, ADMIN_KEY.slice(0, -1)],
    ['the admin key', 200, ADMIN_KEY],
  ])('%s: %i', async (_, status, key) => {
    const answer = await api.call('GET', '/v1/leads', { key });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('also come as X-API-Key', async () => {
    expect((await api.call('GET', '/v1/leads', { key: null, headers: { 'x-api-key': ADMIN_KEY } })).status).toBe(200);
  });

  it('are asked for before the body is looked at', async () => {
    expect((await api.call('POST', '/v1/leads', { key: 'wrong', body: '{' })).status).toBe(401);
  });

  it('of a source are shown once, open intake only, and nothing once deleted', async () => {
    const made = await api.call('POST', '/v1/sources/facebook/keys');
    const { id, key, prefix } = z.object({ id: z.string(), key: z.string(), prefix: z.string() }).parse(made.json);
    expect([made.status, key.startsWith('lr_src_'), key.startsWith(prefix)]).toEqual([201, true, true]);
    const lead = { phone: '212-555-0142', state: 'CA' };
    expect((await api.call('POST', '/v1/leads', { key, body: lead })).status).toBe(202);
    expect((await api.call('GET', '/v1/leads', { key })).status).toBe(403);
    const listed = await api.call('GET', '/v1/sources/facebook/keys');
    expect(listed.json).toMatchObject({ items: [{ id, source: 'facebook', prefix }] });
    expect(listed.text).not.toContain(key);
    expect((await api.call('DELETE', `/v1/sources/partner/keys/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', `/v1/sources/facebook/keys/${id}`)).status).toBe(204);
    expect((await api.call('POST', '/v1/leads', { key, body: lead })).status).toBe(401);
    const unknown = await api.call('POST', '/v1/sources/nobody/keys');
    expect([unknown.status, unknown.text.includes('facebook')]).toEqual([404, true]);
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/nowhere', 404],
    ['GET', '/v1/leads/not-an-id', 404],
    ['GET', '/v1/leads/0197a5a0-0000-7000-8000-000000000000', 404],
    ['GET', '/v1/leads/%E0%A4%A', 400],
    ['GET', '/%', 400],
    ['PATCH', '/v1/leads', 405],
    ['POST', '/healthz', 405],
    ['GET', '/v1/leads?limit=0', 422],
    ['GET', '/v1/leads?limit=201', 422],
    ['GET', '/v1/leads?staus=held', 422],
    ['GET', '/v1/leads?status=nonsense', 422],
    ['GET', '/v1/leads?status=held&status=queued', 422],
    ['GET', '/v1/leads?cursor=nonsense', 422],
    ['GET', '/v1/leads?from=yesterday', 422],
    ['GET', '/v1/leads?field.a=1&field.b=2', 422],
    ['GET', '/v1/dead-letters?cursor=nonsense', 422],
    ['GET', '/v1/alerts?cursor=nonsense', 422],
    ['GET', '/v1/config/versions?cursor=nonsense', 422],
    ['GET', '/v1/config?version=99', 404],
    ['GET', '/v1/buyers/nobody', 404],
    ['GET', '/v1/buyers/nobody/breaker', 404],
    ['POST', '/v1/deliveries/not-an-id/redeliver', 404],
  ])('%s %s: %i, as a problem', async (method, path, status) => {
    const answer = await api.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(problemSchema.parse(answer.json).status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).not.toBeNull();
  });

  it('without a key are these', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs', '/']) {
      expect([path, (await api.call('GET', path, { key: null })).status]).toEqual([path, 200]);
    }
  });
});

describe('an unexpected error', () => {
  it('gets an id that the log has too, and neither message nor stack', async () => {
    const search = api.store.leads.search.bind(api.store.leads);
    api.store.leads.search = () => Promise.reject(new Error('Failed query with sekret-value'));
    const answer = await api.call('GET', '/v1/leads');
    api.store.leads.search = search;
    const id = problemSchema.parse(answer.json).instance?.replace('urn:uuid:', '') ?? 'none';
    expect(answer.status).toBe(500);
    const line = api.logged.find((one) => one.includes(id)) ?? '';
    expect(line).toContain('access.test.ts');
    expect(line + answer.text).not.toContain('sekret-value');
    expect(answer.text).not.toMatch(/\n\s+at |\.ts:\d+/);
  });
});

describe('readiness', () => {
  it('is degraded without Temporal, and still 200', async () => {
    expect((await api.call('GET', '/readyz', { key: null })).json).toEqual({ status: 'ready', store: 'ok', temporal: 'ok' });
    api.engine.isAway = true;
    const answer = await api.call('GET', '/readyz', { key: null });
    api.engine.isAway = false;
    expect([answer.status, answer.json]).toEqual([200, { status: 'degraded', store: 'ok', temporal: 'away' }]);
  });

  it('is a 503 without the database, and so is every call that needs it', async () => {
    const own = await startApi();
    await own.store.close();
    expect((await own.call('GET', '/readyz', { key: null })).json).toMatchObject({ status: 'unready', store: 'away' });
    const lead = await own.call('GET', '/v1/leads');
    expect([lead.status, lead.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await own.call('GET', '/', { key: null })).text).toContain('away');
    await own.close();
  });
});

describe('the pages', () => {
  it('load nothing from elsewhere, and the overview shows nobody’s data', async () => {
    const id = await api.sendLead({ state: 'CA', first_name: 'Nobodysname' });
    const overview = await api.call('GET', '/', { key: null });
    const docs = await api.call('GET', '/docs', { key: null });
    for (const { text, headers } of [overview, docs]) {
      expect(text).not.toMatch(/<script|<link|<img|src=/);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    expect(overview.text).toContain(id);
    expect(overview.text).toContain('acme/api');
    expect(overview.text).not.toMatch(/Nobodysname|0142/);
    expect(docs.text).toContain('POST /v1/leads');
  });

  it('describe every call in the OpenAPI document, with its shapes', async () => {
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())), components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse((await api.call('GET', '/openapi.json', { key: null })).json);
    const calls = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(calls).toEqual(expect.arrayContaining(['post /v1/leads', 'get /v1/leads/{id}', 'post /v1/buyers/{id}/pause', 'put /v1/config', 'get /docs']));
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Lead', 'Delivery', 'Attempt', 'Problem', 'Breaker']));
    const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1] ?? '');
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });
});
