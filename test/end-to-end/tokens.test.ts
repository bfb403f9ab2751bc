import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../src/channels/tokens/authorization-server.test-support.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { until } from '../support/until.ts';

let leadrail: Leadrail;
let provider: AuthorizationServer;
let source: ApiClient;

beforeAll(async () => {
  [leadrail, provider] = await Promise.all([startLeadrail(), AuthorizationServer.start()]);
  const oauth = { type: 'oauth2', tokenUrl: `${provider.baseUrl}/token`, ...AuthorizationServer.CLIENT };
  const destination = (id: string, grant: object) => ({ id, type: 'webhook', url: `${provider.baseUrl}/leads`, auth: { ...oauth, ...grant } });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'acme', breaker: { trips: 1_000 }, destinations: [destination('api', { grant: 'client_credentials' })] },
      { id: 'crm', destinations: [destination('account', { grant: 'authorization_code', authorizeUrl: `${provider.baseUrl}/authorize` })] },
    ],
    routes: [
      { id: 'account', when: 'lead.to == "account"', deliver: ['crm'] },
      { id: 'all', deliver: ['acme'] },
    ],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await provider.close();
});

describe('a destination with OAuth', () => {
  it('gets one token for all leads, and shows it to nobody', async () => {
    const leads = await Promise.all(Array.from({ length: 20 }, (_, number) => source.postLead({ number })));
    expect(leads.map(({ status }) => status)).toEqual(Array<string>(20).fill('delivered'));
    expect(provider.calls).toHaveLength(1);
    const token = provider.leads[0]?.token ?? 'none';
    const shown = await leadrail.api.lead(leads[0]?.id ?? '');
    const [attempt] = shown.deliveries[0]?.attempts ?? [];
    expect(attempt?.request?.headers['Authorization']).toBe('*'.repeat(`Bearer ${token}`.length));
    // The buyer's answer repeats the token.
    expect(attempt?.response?.body).toMatch(/^\{"echoed":"\*+"\}$/);
    expect(JSON.stringify(shown)).not.toContain(token);
  });

  it('gets another one after a 401 within the same attempt, and says so', async () => {
    provider.revokeAccess();
    const { id } = await source.postLead({ number: 21 });
    const shown = await leadrail.api.lead(id);
    expect(shown).toMatchObject({ status: 'delivered', notes: [expect.stringMatching(/^acme\/api: the access token was answered with 401/)] });
    expect(shown.deliveries[0]?.attempts).toHaveLength(1);
    expect(provider.calls).toHaveLength(2);
    expect(JSON.stringify(shown)).not.toContain('access-');
  });

  it('that nobody has connected is shut with an alert; once connected and resumed, what it held goes out', async () => {
    const first = await source.postLead({ to: 'account' });
    expect(first.deliveries[0]).toMatchObject({ status: 'failed' });
    const { attempts: [attempt] = [] } = (await leadrail.api.lead(first.id)).deliveries[0] ?? {};
    expect(attempt).toMatchObject({ kind: 'permanent', reason: expect.stringMatching(/not connected/) as unknown, response: null });
    await until('the destination is shut', async () => (await leadrail.api.get('/v1/buyers/crm/breaker')).body['state'] === 'open');
    expect(JSON.stringify((await leadrail.api.get('/v1/alerts')).body)).toContain('destination-shut');
    // A worker's picture of the gates is at most a quarter of a second old: leads of that moment still fail.
    const second = await until('a lead is held', async () => {
      const posted = await source.postLead({ to: 'account' });
      return posted.deliveries[0]?.status === 'held' && posted;
    });

    const begun = await leadrail.api.post('/v1/buyers/crm/destinations/account/connect', {});
    const allowed = await fetch(String(begun.body['authorizeUrl']), { redirect: 'manual' });
    expect((await fetch(allowed.headers.get('location') ?? '')).status).toBe(200);
    await leadrail.api.post('/v1/buyers/crm/resume', {});
    await until('the held lead is delivered', async () => (await leadrail.api.lead(second.id)).status === 'delivered');
    await leadrail.api.post(`/v1/leads/${first.id}/redeliver`, {});
    await until('the first lead is delivered', async () => (await leadrail.api.lead(first.id)).status === 'delivered');
  });
});
