import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import { allDestinationTypes } from '../../configuration/destination-types.ts';
import { listen } from '../../egress/tcp-server.test-support.ts';
import { startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

const KEY = 're_made_up_full_access';

interface Domain {
  id: string;
  name: string;
  status: string;
  records: Record<string, unknown>[];
}

/** Resend's domains: verifying is begun by a call and done later on, when the test says so. */
const resend = { domains: new Map<string, Domain>(), failing: false, count: 0, baseUrl: '' };

function judge(request: IncomingMessage, body: string): [status: number, body: unknown] {
  const [, , id = '', verb] = (request.url ?? '').split('/');
  if (resend.failing) return [500, { statusCode: 500, name: 'internal_server_error', message: 'down' }];
  if (request.headers.authorization !== `Bearer ${KEY}`) return [401, { statusCode: 401, name: 'restricted_api_key', message: 'This API key is restricted to only send emails' }];
  const domain = resend.domains.get(id);
  if (request.method === 'POST' && id === '') {
    const { name } = JSON.parse(body) as { name: string };
    if ([...resend.domains.values()].some((known) => known.name === name)) return [403, { statusCode: 403, name: 'validation_error', message: 'The domain has been registered already.' }];
    const made = {
      id: `domain-${(resend.count += 1)}`,
      name,
      status: 'not_started',
      records: [
        { record: 'SPF', name: 'send', type: 'MX', ttl: 'Auto', status: 'not_started', value: 'feedback-smtp.us-east-1.amazonses.com', priority: 10 },
        { record: 'DKIM', name: 'resend._domainkey', type: 'TXT', ttl: 'Auto', status: 'not_started', value: 'p=MIGf' },
      ],
    };
    resend.domains.set(made.id, made);
    return [201, made];
  }
  if (request.method === 'GET' && id === '') return [200, { object: 'list', has_more: false, data: [...resend.domains.values()].map(({ id: known, name, status }) => ({ id: known, name, status })) }];
  if (domain === undefined) return [404, { statusCode: 404, name: 'not_found', message: 'Domain not found' }];
  if (verb === 'verify') {
    domain.status = 'pending';
    return [200, { object: 'domain', id }];
  }
  return [200, { object: 'domain', ...domain }];
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [status, body] = judge(request, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});

let api: ApiUnderTest;
beforeAll(async () => {
  resend.baseUrl = `http://127.0.0.1:${await listen(server)}`;
  api = await startApi({ installation: { ...BARE_INSTALLATION, resendApiKey: KEY }, types: allDestinationTypes, allowedNetworks: ['127.0.0.0/8'] });
});
afterAll(async () => {
  await api.close();
  server.closeAllConnections();
  server.close();
});

const register = (name: string, more: Record<string, unknown> = {}) => api.call('POST', '/v1/sender-domains', { body: { name, baseUrl: resend.baseUrl, ...more } });
const configure = (from: string, more: Record<string, unknown> = {}) =>
  api.call('PUT', '/v1/config?dryRun=true', { body: { buyers: [{ id: 'acme', destinations: [{ id: 'inbox', type: 'email', from, to: 'sales@buyer.example', apiKey: 'secret://k', ...more }] }] } });

describe('sender domains', () => {
  it('are registered with the DNS records to set, verified, and read again', async () => {
    const made = await register('Leads.Example.com');
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      id: 'domain-1',
      name: 'leads.example.com',
      status: 'not_started',
      records: [
        { purpose: 'SPF', type: 'MX', name: 'send', value: 'feedback-smtp.us-east-1.amazonses.com', priority: 10, status: 'not_started' },
        { purpose: 'DKIM', type: 'TXT', name: 'resend._domainkey', value: 'p=MIGf', priority: null },
      ],
    });
    expect((await api.call('POST', '/v1/sender-domains/domain-1/verify')).json).toMatchObject({ status: 'pending' });
    expect((await api.call('GET', '/v1/sender-domains')).json).toMatchObject({ items: [{ name: 'leads.example.com', status: 'pending' }], nextCursor: null });
    Object.assign(resend.domains.get('domain-1') ?? {}, { status: 'verified' });
    expect((await api.call('GET', '/v1/sender-domains/domain-1')).json).toMatchObject({ status: 'verified' });
  });

  it('that the account has already are taken over, and stand here once', async () => {
    expect((await register('leads.example.com')).json).toMatchObject({ id: 'domain-1', status: 'verified' });
    expect((await api.call('GET', '/v1/sender-domains')).json).toMatchObject({ items: [{ id: 'domain-1' }] });
  });

  it('are forgotten once Resend has them no more', async () => {
    await register('gone.example.com');
    const id = [...resend.domains.values()].find(({ name }) => name === 'gone.example.com')?.id ?? '';
    resend.domains.delete(id);
    expect((await api.call('GET', `/v1/sender-domains/${id}`)).text).toContain('forgotten');
    expect((await api.call('GET', '/v1/sender-domains')).text).not.toContain('gone.example.com');
    expect((await api.call('GET', '/v1/sender-domains/none')).status).toBe(404);
  });

  it('say what is wrong with a key, a name, and Resend', async () => {
    await api.store.secrets.put('sending_only', 're_sending_only');
    expect(await register('a.example.com', { apiKey: 'secret://sending_only' })).toMatchObject({ status: 422, text: expect.stringContaining('Full access') as string });
    expect(await register('a.example.com', { apiKey: 'secret://not_stored' })).toMatchObject({ status: 422, text: expect.stringContaining('PUT /v1/secrets/not_stored') as string });
    expect((await register('a.example.com', { apiKey: 're_literal_key' })).status).toBe(422);
    expect((await register('no domain')).status).toBe(422);
    resend.failing = true;
    expect((await register('b.example.com')).status).toBe(503);
    expect((await api.call('GET', '/v1/sender-domains/domain-1')).status).toBe(503);
    resend.failing = false;
    for (const { text } of api.answers) expect(text).not.toContain('re_');
  });
});

describe('the configuration check of a sender', () => {
  it('takes a verified domain, warns of one that nobody registered', async () => {
    expect((await configure('Leads <leads@leads.example.com>')).text).not.toContain('sender-domains');
    const answer = await configure('leads@elsewhere.example');
    expect([answer.status, answer.text.includes('buyers[0].destinations[0].from'), answer.text.includes('POST /v1/sender-domains registers it')]).toEqual([200, true, true]);
  });

  it('refuses one that is known and not verified, with the records to add; a draft may have it', async () => {
    await register('new.example.com');
    const answer = await configure('leads@new.example.com');
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('buyers[0].destinations[0].from');
    expect(answer.text).toContain('MX send → 10 feedback-smtp.us-east-1.amazonses.com; TXT resend._domainkey → p=MIGf');
    expect(answer.text).toMatch(/then POST \/v1\/sender-domains\/domain-\d+\/verify/);
    expect((await configure('leads@new.example.com', { draft: true })).status).toBe(200);
  });

  it('takes one that was verified since anybody looked; while Resend is away, what was known stands', async () => {
    await register('late.example.com');
    const domain = [...resend.domains.values()].find(({ name }) => name === 'late.example.com');
    Object.assign(domain ?? {}, { status: 'verified' });
    resend.failing = true;
    expect((await configure('leads@late.example.com')).status).toBe(422);
    expect((await api.call('GET', '/v1/sender-domains')).text).toMatch(/"name":"late.example.com","status":"not_started"/);
    resend.failing = false;
    expect((await configure('leads@late.example.com')).text).not.toContain('sender-domains');
    expect((await api.call('GET', '/v1/sender-domains')).text).toMatch(/"name":"late.example.com","status":"verified"/);
  });
});
