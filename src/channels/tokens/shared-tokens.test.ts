import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { StoreUnavailable, type TokenStore } from '../../store/store.ts';
import { testDatabases, type Opened } from '../../store/testing.ts';
import type { SendResult } from '../channel.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { startStandIn } from '../stand-in.test-support.ts';
import { webhookConfigSchema } from '../webhook/config.ts';
import { renderWebhook } from '../webhook/render.ts';
import { sendWebhook } from '../webhook/send.ts';
import { AuthorizationServer } from './authorization-server.test-support.ts';
import { obtainTokens } from './obtain.ts';
import { settingsDigest, type TokenSettings } from './settings.ts';
import { noRows } from '../no-rows.test-support.ts';
import { SharedTokens } from './shared-tokens.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const { CLIENT } = AuthorizationServer;

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('tokens that all processes share, $name', ({ open }) => {
  const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  let opened: Opened;
  let provider: AuthorizationServer;
  /** Two processes on one database. */
  let one: SharedTokens;
  let other: SharedTokens;
  let aheadFailed: string[];
  let destination = 0;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.close();
    await http.close();
  });
  beforeEach(async () => {
    provider = await AuthorizationServer.start();
    aheadFailed = [];
    destination += 1;
    [one, other] = [process(), process()];
  });
  afterEach(async () => {
    await Promise.all([one.close(), other.close()]);
    await provider.close();
  });

  function process(): SharedTokens {
    return new SharedTokens({ store: opened.store.tokens, onAheadFailed: (_owner, code) => aheadFailed.push(code) });
  }

  /** `auth` as it is written; `tokenUrl` and the client are added. */
  function configOf(auth: Record<string, unknown>, timeout = '10s') {
    const complete = auth['type'] === 'token' ? auth : { type: 'oauth2', tokenUrl: `${provider.baseUrl}/token`, ...CLIENT, ...auth };
    return webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: `${provider.baseUrl}/leads`, auth: complete, timeout });
  }

  async function send(tokens: SharedTokens, config: ReturnType<typeof configOf>, client = http, signal = new AbortController().signal): Promise<SendResult> {
    const rendered = renderWebhook({ config, lead: leadOf({ email: 'zoe@example.com' }), deliveryId: DELIVERY_ID });
    if (!rendered.ok) throw new Error('the sample lead can be rendered');
    return sendWebhook({ config, request: rendered.request, deliveryId: DELIVERY_ID, http: client, installation: BARE_INSTALLATION, tokens: tokens.of('acme', `api-${destination}`), rows: noRows, signal, now: () => new Date() });
  }

  function settingsOf({ auth }: ReturnType<typeof configOf>): TokenSettings {
    if (auth.type !== 'oauth2') throw new Error('not of OAuth');
    return auth;
  }

  function ownerOf(config: ReturnType<typeof configOf>) {
    return { buyer: 'acme', destination: `api-${destination}`, digest: settingsDigest(settingsOf(config)) };
  }

  /** Moves a destination's token so far on in its life. */
  async function age(seconds: number): Promise<void> {
    await opened.database.run('age', (session) =>
      session.execute(sql`update tokens set expires_at = expires_at - ${seconds}::integer * interval '1 second' where destination = ${`api-${destination}`}`),
    );
    [one, other] = [process(), process()];
  }

  const clientCredentials = () => configOf({ grant: 'client_credentials', scope: 'leads' });

  it('are got once for all leads of all processes', async () => {
    const config = clientCredentials();
    const sent = await Promise.all(Array.from({ length: 40 }, (_, index) => send(index % 2 === 0 ? one : other, config)));
    expect(sent.map(({ outcome }) => outcome.outcome)).toEqual(Array<string>(40).fill('success'));
    expect(provider.calls.map(({ parameters }) => parameters)).toEqual([{ grant_type: 'client_credentials', scope: 'leads' }]);
    expect(new Set(provider.leads.map(({ token }) => token)).size).toBe(1);
    expect((await send(process(), config)).outcome.outcome).toBe('success');
    expect(provider.calls).toHaveLength(1);
  });

  it.each([
    ['client_credentials, in the body', { grant: 'client_credentials', clientAuthentication: 'body', audience: 'buyer' }, { grant_type: 'client_credentials', audience: 'buyer', client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret }],
    ['password', { grant: 'password', username: 'user', password: 'pass word', parameters: { tenant: 't1' } }, { grant_type: 'password', username: 'user', password: 'pass word', tenant: 't1' }],
    ['password of a public client', { grant: 'password', clientSecret: undefined, username: 'user', password: 'pass word' }, { grant_type: 'password', username: 'user', password: 'pass word', client_id: CLIENT.clientId }],
  ])('are got by %s', async (_name, auth, parameters) => {
    expect((await send(one, configOf(auth))).outcome.outcome).toBe('success');
    expect(provider.calls.map((call) => call.parameters)).toEqual([parameters]);
  });

  it('go where the configuration wants them', async () => {
    await send(one, configOf({ grant: 'client_credentials', send: { query: 'token' } }));
    expect(provider.leads).toEqual([expect.objectContaining({ status: 201, url: expect.stringMatching(/^\/leads\?token=access-/) as unknown })]);
    const { exchange } = await send(one, configOf({ grant: 'client_credentials', send: { header: 'Authorization', format: 'Token {token}' } }));
    expect(exchange?.request.headers.find(([name]) => name === 'Authorization')?.[1]).toMatch(/^Token access-/);
    expect(provider.calls).toHaveLength(1);
  });

  it('are replaced ahead of their end by one, while nobody waits', async () => {
    const config = clientCredentials();
    await send(one, config);
    await age(3_550);
    let letGo: (value?: unknown) => void = () => undefined;
    provider.gate = new Promise((resolve) => (letGo = resolve));
    const sent = await Promise.all(Array.from({ length: 10 }, (_, index) => send(index % 2 === 0 ? one : other, config)));
    expect(sent.map(({ outcome }) => outcome.outcome)).toEqual(Array<string>(10).fill('success'));
    expect(new Set(provider.leads.map(({ token }) => token)).size).toBe(1);
    await expect.poll(() => provider.calls.length).toBe(2);
    letGo();
    await Promise.all([one.close(), other.close()]);
    expect(provider.calls).toHaveLength(2);
    await send(one, config);
    await send(process(), config);
    expect(new Set(provider.leads.map(({ token }) => token)).size).toBe(2);
    expect(provider.calls).toHaveLength(2);
  });

  it('go on when the next cannot be got ahead of time', async () => {
    const config = clientCredentials();
    await send(one, config);
    await age(3_550);
    provider.failure = { status: 503 };
    expect((await send(one, config)).outcome.outcome).toBe('success');
    await expect.poll(() => aheadFailed).toEqual(['http-status']);
    expect((await send(one, config)).outcome.outcome).toBe('success');
    await one.close();
    expect(provider.calls).toHaveLength(2);
  });

  it('that are over are replaced before anything is sent', async () => {
    const config = clientCredentials();
    await send(one, config);
    await age(3_600);
    provider.revokeAccess();
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(provider.leads.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('that are answered with 401 are replaced once, for all whom that happened to', async () => {
    const config = clientCredentials();
    await Promise.all([send(one, config), send(other, config)]);
    provider.revokeAccess();
    const sent = await Promise.all(Array.from({ length: 20 }, (_, index) => send(index % 2 === 0 ? one : other, config)));
    expect(sent.map(({ outcome }) => outcome.outcome)).toEqual(Array<string>(20).fill('success'));
    expect(sent[0]).toMatchObject({ exchange: { result: { status: 201 } }, notes: [expect.stringMatching(/answered with 401/)] });
    expect(sent[0]?.secrets).toHaveLength(2);
    expect(provider.calls).toHaveLength(2);
    expect(provider.leads.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(20);
  });

  it('that are answered with 401 twice are the buyer’s last word', async () => {
    // The stand-in goes by the query first.
    const { outcome, exchange } = await send(one, { ...clientCredentials(), url: `${provider.baseUrl}/leads?token=wrong` });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized' });
    expect(exchange?.result).toMatchObject({ status: 401 });
    expect([provider.calls.length, provider.leads.length]).toEqual([2, 2]);
  });

  it.each(['9223372036854775807', 99_999_999_999_999, 1e300])('that are good for %s seconds are taken for lasting', async (seconds) => {
    provider.failure = { status: 200, body: { access_token: 'access-for-ever', token_type: 'bearer', expires_in: seconds } };
    await send(one, clientCredentials());
    expect(provider.leads[0]).toMatchObject({ token: 'access-for-ever' });
    expect(await opened.store.tokens.read(ownerOf(clientCredentials()))).toMatchObject({ accessToken: 'access-for-ever', remainingMs: null });
  });

  it('that were forgotten while a lead was on its way are got anew', async () => {
    const config = clientCredentials();
    await send(one, config);
    provider.revokeAccess();
    let letGo: (value?: unknown) => void = () => undefined;
    provider.leadGate = new Promise((resolve) => (letGo = resolve));
    const sent = send(one, config);
    await expect.poll(() => provider.leads.length).toBe(2);
    await opened.store.tokens.forget('acme', ownerOf(config).destination);
    letGo();
    expect((await sent).outcome.outcome).toBe('success');
    expect(provider.calls).toHaveLength(2);
  });

  it('are not got again for a page that a redirect led to: the lead was sent once', async () => {
    const page = await startStandIn({ status: 401 });
    onTestFinished(() => page.close());
    provider.leadsLeadTo = `${page.baseUrl}/thanks`;
    const { outcome } = await send(one, { ...clientCredentials(), redirects: 1 });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'redirect' });
    expect([provider.leads.length, page.requests.length, provider.calls.length]).toEqual([1, 1, 1]);
  });

  it('come with refresh tokens that are good once: the stored one wins', async () => {
    const config = configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() });
    for (let round = 0; round < 4; round += 1) {
      const sent = await Promise.all([send(one, config), send(other, config), send(one, config)]);
      expect(sent.map(({ outcome }) => outcome.outcome)).toEqual(['success', 'success', 'success']);
      await age(3_600);
    }
    expect(provider.calls).toHaveLength(4);
    expect(new Set(provider.calls.map(({ parameters }) => parameters['refresh_token'])).size).toBe(4);
  });

  it('keep the refresh token where they are not given another', async () => {
    provider.rotates = false;
    const config = configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() });
    await send(one, config);
    await age(3_600);
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(new Set(provider.calls.map(({ parameters }) => parameters['refresh_token'])).size).toBe(1);
  });

  it('say what to do when a refresh token is no good, and are got once it was replaced', async () => {
    const { outcome } = await send(one, configOf({ grant: 'refresh_token', refreshToken: 'refresh-unknown' }));
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized', reason: expect.stringMatching(/invalid_grant.*new refresh token.*Nothing had been sent/) as unknown });
    expect((await send(one, configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() }))).outcome.outcome).toBe('success');
  });

  it('are got by the password again when they take no refresh tokens', async () => {
    const config = configOf({ grant: 'password', username: 'user', password: 'pass word' });
    await send(one, config);
    await age(3_600);
    provider.refusesRefresh = true;
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(provider.calls.map(({ parameters }) => parameters['grant_type'])).toEqual(['password', 'refresh_token', 'password']);
  });

  it('that too many were asked for are asked for later, as they say', async () => {
    provider.failure = { status: 429, headers: { 'retry-after': '30' }, body: { error: 'invalid_request', error_description: 'slow down' } };
    expect((await send(one, clientCredentials())).outcome).toMatchObject({ kind: 'transient', code: 'rate-limited', retryAfterMs: 30_000 });
  });

  it.each([false, 0, '0'])('are taken where they stand beside an error that is none: %j', async (error) => {
    provider.failure = { status: 200, body: { access_token: 'access-1', error } };
    await send(one, clientCredentials());
    expect(provider.leads[0]).toMatchObject({ token: 'access-1' });
  });

  it('are got by the password again when the refresh token ended', async () => {
    const config = configOf({ grant: 'password', username: 'user', password: 'pass word' });
    await send(one, config);
    await age(3_600);
    provider.revokeEverything();
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(provider.calls.map(({ parameters }) => parameters['grant_type'])).toEqual(['password', 'refresh_token', 'password']);
  });

  it('of a process that was lost in the middle are got by another with the old refresh token', async () => {
    const config = configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() });
    const lost = await opened.store.tokens.lease(ownerOf(config), { seen: null, holder: 'lost', forMs: 400 });
    expect(lost).toEqual({ lease: 'taken', tokens: null });
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(provider.calls).toHaveLength(1);
  });

  it('whose refresh token was used by a process that was lost before it could write are no more: a person is told', async () => {
    const config = configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() });
    await send(one, config);
    const stored = await opened.store.tokens.read(ownerOf(config));
    await obtainTokens({ settings: settingsOf(config), refreshToken: stored?.refreshToken ?? null, http, timeoutMs: 10_000 });
    await age(3_600);
    const { outcome } = await send(one, config);
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized', reason: expect.stringMatching(/invalid_grant.*used before.*new refresh token/) as unknown });
  });

  it('are written as soon as the database is back: a new refresh token is not lost', async () => {
    const config = configOf({ grant: 'refresh_token', refreshToken: provider.newRefreshToken() });
    let tries = 0;
    const { tokens } = opened.store;
    const store: TokenStore = { ...tokens, save: (...save) => ((tries += 1) < 3 ? Promise.reject(new StoreUnavailable('away')) : tokens.save(...save)) };
    const careful = new SharedTokens({ store, onAheadFailed: () => undefined });
    expect((await send(careful, config)).outcome.outcome).toBe('success');
    expect([tries, (await tokens.read(ownerOf(config)))?.refreshToken]).toEqual([3, expect.stringMatching(/^refresh-/)]);
  });

  it('that cannot be read make the attempt be made again, at no cost', async () => {
    const away = new SharedTokens({ store: { ...opened.store.tokens, read: () => Promise.reject(new StoreUnavailable('away')) }, onAheadFailed: () => undefined });
    expect((await send(away, clientCredentials())).outcome).toMatchObject({ kind: 'transient', code: 'interrupted' });
  });

  it('are read once a second, not once a lead', async () => {
    let reads = 0;
    let nowMs = 0;
    const { tokens } = opened.store;
    const counting = new SharedTokens({ store: { ...tokens, read: (owner) => ((reads += 1), tokens.read(owner)) }, onAheadFailed: () => undefined, nowMs: () => nowMs });
    for (let lead = 0; lead < 5; lead += 1) await send(counting, clientCredentials());
    expect(reads).toBe(1);
    nowMs = 1_000;
    await send(counting, clientCredentials());
    expect([reads, provider.calls.length]).toEqual([2, 1]);
  });

  it('are not waited for longer than an attempt has time', async () => {
    const config = configOf({ grant: 'client_credentials' }, '200ms');
    await opened.store.tokens.lease(ownerOf(config), { seen: null, holder: 'slow', forMs: 60_000 });
    expect((await send(one, config)).outcome).toMatchObject({ kind: 'transient', code: 'timeout' });
    const letGo = await send(other, configOf({ grant: 'client_credentials' }), http, AbortSignal.abort());
    expect(letGo.outcome).toMatchObject({ kind: 'transient', code: 'interrupted' });
    expect([provider.calls.length, provider.leads.length]).toEqual([0, 0]);
  });

  it('of other credentials are never used', async () => {
    await send(one, clientCredentials());
    const { outcome } = await send(one, configOf({ grant: 'client_credentials', scope: 'leads', clientSecret: 'another one' }));
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized', reason: expect.stringMatching(/invalid_client.*client id and secret/) as unknown });
    expect(outcome.reason).not.toContain('another one');
    expect(provider.leads).toHaveLength(1);
  });

  it.each([
    ['their system failing', { status: 503 }, 'transient', 'http-status'],
    ['too many calls', { status: 429, headers: { 'retry-after': '7' } }, 'transient', 'rate-limited'],
    ['a passing error of theirs', { status: 400, body: { error: 'temporarily_unavailable' } }, 'transient', 'http-status'],
    ['an error with 200', { status: 200, body: { error: 'invalid_scope' } }, 'permanent', 'unauthorized'],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Maintenance</body></html>' }, 'transient', 'unreadable-answer'],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'permanent', 'redirect'],
    ['an unknown address', { status: 404 }, 'permanent', 'not-found'],
    ['a token of another type', { status: 200, body: { access_token: 'x', token_type: 'DPoP' } }, 'permanent', 'configuration'],
  ])('that cannot be got fail the attempt before anything is sent: %s', async (_name, failure, kind, code) => {
    provider.failure = failure;
    const { outcome, exchange } = await send(one, clientCredentials());
    expect(outcome).toMatchObject({ outcome: 'error', kind, code, reason: expect.stringMatching(/^No token from 127\.0\.0\.1:\d+: .*Nothing had been sent\.$/) as unknown });
    expect(outcome.outcome === 'error' && outcome.retryAfterMs).toBe(code === 'rate-limited' ? 7_000 : undefined);
    expect(exchange).toBeUndefined();
    expect(provider.leads).toEqual([]);
  });

  it('that cannot be renewed after a 401 leave the lead to be tried again', async () => {
    const config = clientCredentials();
    await send(one, config);
    provider.revokeAccess();
    provider.failure = { status: 503 };
    const { outcome, exchange } = await send(one, config);
    expect(outcome).toMatchObject({ kind: 'transient', code: 'http-status', reason: expect.stringMatching(/^HTTP 401 from the buyer.*HTTP 503/) as unknown });
    expect(exchange?.result).toMatchObject({ status: 401 });
  });

  it('are asked for only where deliveries may go', async () => {
    const strict = createHttpClient({ allowedNetworks: [] });
    const { outcome } = await send(one, clientCredentials(), strict);
    await strict.close();
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'address-refused', reason: expect.stringMatching(/LEADRAIL_ALLOWED_NETWORKS/) as unknown });
    expect(provider.calls).toEqual([]);
  });

  it('wait for an account to be connected', async () => {
    const config = configOf({ grant: 'authorization_code', authorizeUrl: `${provider.baseUrl}/authorize` });
    expect((await send(one, config)).outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized', reason: expect.stringMatching(/not connected.*\/connect/) as unknown });
    await opened.store.tokens.connect(ownerOf(config), { accessToken: 'gone', refreshToken: provider.newRefreshToken(), scope: null, lifetimeMs: 3_600_000 });
    [one] = [process()];
    expect((await send(one, config)).outcome.outcome).toBe('success');
    await age(3_600);
    provider.revokeEverything();
    expect((await send(one, config)).outcome).toMatchObject({ code: 'unauthorized', reason: expect.stringMatching(/invalid_grant.*Connect the account again/) as unknown });
  });

  it('are got by a call of the buyer’s own', async () => {
    const own = (extra: object) => configOf({ type: 'token', request: { url: `${provider.baseUrl}/own`, body: { 'user.name': 'u', 'user.password': 'p', version: 2 }, headers: { 'X-App': 'a' } }, token: 'data.jwt', ...extra });
    const config = own({ expiresIn: 'data.ttl', send: { query: 'token' } });
    const sent = await Promise.all([send(one, config), send(other, config)]);
    expect(sent.map(({ outcome }) => outcome.outcome)).toEqual(['success', 'success']);
    expect(provider.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ user: { name: 'u', password: 'p' }, version: 2 }]);
    const [row] = await opened.database.run('look', (session) => session.select({ left: sql<number>`extract(epoch from expires_at - now())::integer` }).from(sql`tokens where destination = ${`api-${destination}`}`));
    expect(row?.left).toBeGreaterThan(3_500);
    provider.revokeAccess();
    expect((await send(one, config)).outcome.outcome).toBe('success');
    expect(provider.calls).toHaveLength(2);
    expect((await send(one, own({ token: 'data.nothing' }))).outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized', reason: expect.stringMatching(/`token` says/) as unknown });
  });

  it('lie sealed in the database', async () => {
    const config = configOf({ grant: 'password', username: 'user', password: 'pass word' });
    await send(one, config);
    const rows = await opened.database.run('look', (session) => session.select({ row: sql<string>`row_to_json(tokens)::text` }).from(sql`tokens`));
    const { secrets: [token = 'none'] = [] } = await send(one, config);
    expect(token).toMatch(/^access-/);
    for (const hidden of [token, 'refresh-', 'access-', 'pass word', CLIENT.clientSecret, ownerOf(config).digest]) expect(JSON.stringify(rows)).not.toContain(hidden);
  });
});
