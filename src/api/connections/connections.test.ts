import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuthorizationServer } from '../../channels/tokens/authorization-server.test-support.ts';
import { settingsDigest } from '../../channels/tokens/settings.ts';
import { oauthSchema } from '../../channels/tokens/oauth-schema.ts';
import { allDestinationTypes } from '../../configuration/destination-types.ts';
import { startApi, type Answered, type ApiUnderTest } from '../testing/api-under-test.ts';

const CONNECT = '/v1/buyers/acme/destinations/crm/connect';
const CONNECTION = '/v1/buyers/acme/destinations/crm/connection';
const begunSchema = z.object({ authorizeUrl: z.string(), expiresAt: z.string(), redirectUrl: z.string() });

let api: ApiUnderTest;
let provider: AuthorizationServer;

beforeAll(async () => {
  api = await startApi({ types: allDestinationTypes, allowedNetworks: ['127.0.0.0/8'] });
});
afterAll(() => api.close());
beforeEach(async () => {
  provider = await AuthorizationServer.start();
  await configure({});
  await api.store.tokens.forget('acme', 'crm');
});
afterEach(() => provider.close());

const authOf = (change: object) => ({
  type: 'oauth2',
  grant: 'authorization_code',
  tokenUrl: `${provider.baseUrl}/token`,
  authorizeUrl: `${provider.baseUrl}/authorize?tenant=1`,
  scope: 'leads',
  authorizeParameters: { access_type: 'offline' },
  ...AuthorizationServer.CLIENT,
  ...change,
});

async function configure(change: object): Promise<void> {
  const destinations = [
    { id: 'crm', type: 'webhook', url: `${provider.baseUrl}/leads`, auth: authOf(change) },
    { id: 'plain', type: 'webhook', url: `${provider.baseUrl}/leads`, auth: { type: 'bearer', token: 'a-token' } },
    { id: 'own', type: 'webhook', url: `${provider.baseUrl}/leads`, auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: `${provider.baseUrl}/token`, ...AuthorizationServer.CLIENT } },
  ];
  const { status, text } = await api.call('PUT', '/v1/config', { body: { sources: [], buyers: [{ id: 'acme', destinations }], routes: [] } });
  expect(status, text).toBe(200);
}

async function begin() {
  const answer = await api.call('POST', CONNECT);
  expect(answer.status, answer.text).toBe(200);
  return begunSchema.parse(answer.json);
}

/** Allows the access at the provider, and gives what a person's browser would then open here. */
async function allow(authorizeUrl: string): Promise<string> {
  const response = await fetch(authorizeUrl, { redirect: 'manual' });
  const back = new URL(response.headers.get('location') ?? '');
  return back.pathname + back.search;
}

const comeBack = (path: string): Promise<Answered> => api.call('GET', path, { key: null });

describe('connecting an account', () => {
  it('goes by state and PKCE, and brings tokens that nobody is shown', async () => {
    const { authorizeUrl, redirectUrl, expiresAt } = await begin();
    expect(redirectUrl).toBe('http://leadrail.example/oauth/callback');
    expect(Date.parse(expiresAt)).toBeGreaterThan(0);
    expect(Object.fromEntries(new URL(authorizeUrl).searchParams)).toEqual({
      tenant: '1',
      response_type: 'code',
      client_id: AuthorizationServer.CLIENT.clientId,
      redirect_uri: redirectUrl,
      scope: 'leads',
      state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      code_challenge_method: 'S256',
      access_type: 'offline',
    });
    expect((await api.call('GET', CONNECTION)).json).toEqual({ connected: false, since: null, expiresAt: null, renewable: false, scope: null });
    const page = await comeBack(`${await allow(authorizeUrl)}&session_state=more`);
    expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([200, 'text/html; charset=utf-8', 'no-store']);
    expect(page.text).toContain('acme/crm can be delivered to');
    expect((await api.call('GET', CONNECTION)).json).toMatchObject({ connected: true, renewable: true, scope: 'leads', since: expect.any(String) as unknown, expiresAt: expect.any(String) as unknown });
    const stored = await api.store.tokens.read({ buyer: 'acme', destination: 'crm', digest: settingsDigest(oauthSchema.parse(authOf({}))) });
    expect(stored?.accessToken).toMatch(/^access-/);
    for (const secret of [stored?.accessToken ?? '-', stored?.refreshToken ?? '-', AuthorizationServer.CLIENT.clientSecret]) {
      expect([...api.answers.map(({ text }) => text), ...api.logged].join()).not.toContain(secret);
    }
    expect((await api.call('DELETE', CONNECTION)).status).toBe(204);
    expect((await api.call('GET', CONNECTION)).json).toMatchObject({ connected: false });
    expect((await api.call('DELETE', CONNECTION)).status).toBe(404);
  });

  it('says when the access will not last', async () => {
    provider.rotates = false;
    const { authorizeUrl } = await begin();
    provider.failure = { status: 200, body: { access_token: 'a', token_type: 'bearer', expires_in: 60 } };
    expect((await comeBack(await allow(authorizeUrl))).text).toContain('no refresh token');
  });

  it('takes a state once, and no other', async () => {
    const path = await allow((await begin()).authorizeUrl);
    const forged = new URL(path, 'http://leadrail.example');
    forged.searchParams.set('state', 'x'.repeat(43));
    expect((await comeBack(forged.pathname + forged.search)).status).toBe(400);
    expect((await comeBack('/oauth/callback')).text).toContain('not known here');
    expect((await comeBack(path)).status).toBe(200);
    const again = await comeBack(path);
    expect([again.status, again.text.includes('not known here')]).toEqual([400, true]);
    expect(provider.calls).toHaveLength(1);
  });

  it('needs the verifier that the provider was promised', async () => {
    const path = await allow((await begin()).authorizeUrl);
    const other = new URL((await begin()).authorizeUrl).searchParams.get('state') ?? '';
    const mixed = new URL(path, 'http://leadrail.example');
    mixed.searchParams.set('state', other);
    const page = await comeBack(mixed.pathname + mixed.search);
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('invalid_grant')]);
    expect((await api.call('GET', CONNECTION)).json).toMatchObject({ connected: false });
  });

  it('shows what the provider says, escaped', async () => {
    const { authorizeUrl } = await begin();
    provider.denial = '<script>alert(1)</script> no';
    const page = await comeBack(await allow(authorizeUrl));
    expect(page.status).toBe(400);
    expect(page.text).toContain('access_denied: &lt;script&gt;alert(1)&lt;/script&gt; no');
  });

  it('is over when the settings were changed meanwhile; a new client secret is no such change', async () => {
    const first = await allow((await begin()).authorizeUrl);
    const second = await allow((await begin()).authorizeUrl);
    await configure({ scope: 'leads.write' });
    expect((await comeBack(first)).text).toContain('changed meanwhile');
    expect(provider.calls).toEqual([]);
    await configure({ clientSecret: 'secret://new_one' });
    await api.call('PUT', '/v1/secrets/new_one', { body: { value: 'not-the-right-one' } });
    expect((await comeBack(second)).text).toContain('invalid_client');
    await api.call('PUT', '/v1/secrets/new_one', { body: { value: AuthorizationServer.CLIENT.clientSecret } });
  });

  it('is for those who may, and where there is something to connect', async () => {
    expect((await api.call('POST', CONNECT, { key: null })).status).toBe(401);
    const statuses = ['plain', 'own', 'nothing'].map(async (id) => (await api.call('POST', `/v1/buyers/acme/destinations/${id}/connect`)).status);
    expect(await Promise.all(statuses)).toEqual([409, 409, 404]);
    expect((await api.call('GET', '/v1/buyers/acme/destinations/own/connection')).json).toMatchObject({ connected: false, renewable: true });
    expect((await api.call('GET', '/v1/buyers/acme/destinations/plain/connection')).status).toBe(409);
  });
});

describe('the address policy', () => {
  it('holds for the token call of a connection', async () => {
    const strict = await startApi({ types: allDestinationTypes });
    try {
      await strict.call('PUT', '/v1/config', { body: { sources: [], buyers: [{ id: 'acme', destinations: [{ id: 'crm', type: 'webhook', url: 'https://acme.example/', auth: authOf({}) }] }], routes: [] } });
      const { authorizeUrl } = begunSchema.parse((await strict.call('POST', CONNECT)).json);
      const page = await strict.call('GET', await allow(authorizeUrl), { key: null });
      expect([page.status, page.text]).toEqual([400, expect.stringContaining('LEADRAIL_ALLOWED_NETWORKS')]);
      expect(provider.calls).toEqual([]);
    } finally {
      await strict.close();
    }
  });
});
