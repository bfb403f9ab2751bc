import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startStandIn, type ReceivedRequest, type StandIn, type StandInAnswer } from '../../src/channels/stand-in.test-support.ts';
import type { ApiClient, LeadAnswer } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { until } from '../support/until.ts';

/** As a proxy in front shows it: nothing listens there. */
const PUBLIC_URL = 'https://leads.example/rail';
const AUTH_TOKEN = 'made-up-auth-token';
const JSON_TYPE = { 'content-type': 'application/json' };

let leadrail: Leadrail;
let source: ApiClient;
let provider: StandIn;
const revoked = new Set<string>();
/** Numbers that answered STOP. */
const stopped = new Set<string>();

const json = (status: number, body: unknown): StandInAnswer => ({ status, headers: JSON_TYPE, body: JSON.stringify(body) });

/** Resend under /resend and Twilio under /twilio, behind one gateway. */
function answer({ method, url, headers, body }: ReceivedRequest): StandInAnswer {
  if (url === '/resend/emails') {
    const key = (headers['authorization'] ?? '').replace('Bearer ', '');
    return revoked.has(key) ? json(401, { statusCode: 401, name: 'restricted_api_key', message: 'revoked' }) : json(200, { id: randomUUID() });
  }
  const [, accountSid = ''] = /^\/twilio\/2010-04-01\/Accounts\/(\w+)\/Messages\.json/.exec(url) ?? [];
  if (accountSid === '' || method !== 'POST') return json(404, { code: 20404, status: 404, message: 'not here' });
  if (revoked.has(accountSid)) return json(401, { code: 20003, status: 401, message: 'Authenticate' });
  const to = new URLSearchParams(body.toString()).get('To') ?? '';
  if (stopped.has(to)) return json(400, { code: 21610, status: 400, message: 'Attempt to send to unsubscribed recipient' });
  return json(201, { sid: `SM${randomUUID().replaceAll('-', '')}`, status: 'queued', to, num_segments: '1', price: null, error_code: null });
}

beforeAll(async () => {
  provider = await startStandIn(answer);
  leadrail = await startLeadrail({ environment: { LEADRAIL_PUBLIC_URL: PUBLIC_URL } });
  for (const name of ['acme_key', 'bravo_key', 'held_key']) await leadrail.api.put(`/v1/secrets/${name}`, { value: `re_${name}` });
  const email = (buyer: string) => ({ id: 'inbox', type: 'email', from: 'leads@sender.example', to: `sales@${buyer}.example`, apiKey: `secret://${buyer}_key`, baseUrl: `${provider.baseUrl}/resend/` });
  const sms = (number: string, accountSid: string) => ({ id: 'text', type: 'sms', accountSid, authToken: AUTH_TOKEN, from: '+15125550100', to: number, baseUrl: `${provider.baseUrl}/twilio` });
  await leadrail.api.configure({
    sources: [{ id: 'web' }],
    buyers: [
      { id: 'acme', destinations: [email('acme'), sms('+15125550142', 'AC1')] },
      { id: 'bravo', destinations: [email('bravo')] },
      { id: 'stop', destinations: [sms('+15125550144', 'AC3')] },
      { id: 'held', destinations: [email('held'), sms('+15125550143', 'AC2')] },
    ],
    routes: [
      { id: 'texts', when: 'lead.to == "text"', deliver: [{ firstOf: ['acme/text', 'bravo/inbox'] }] },
      { id: 'emails', when: 'lead.to == "email"', deliver: [{ firstOf: ['acme/inbox', 'bravo/inbox'] }] },
      { id: 'held-texts', when: 'lead.to == "held-text"', deliver: ['held/text'] },
      { id: 'stop', when: 'lead.to == "stop"', deliver: ['stop'] },
      { id: 'held-emails', deliver: ['held/inbox'] },
    ],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await provider.close();
});

const shown = ({ deliveries }: LeadAnswer) => deliveries.map(({ buyer, destination, status }) => `${buyer}/${destination} ${status}`);
const alertsSchema = z.object({ items: z.array(z.object({ kind: z.string(), buyer: z.string(), destination: z.string().nullable(), reason: z.string() })) });
const breakerSchema = z.object({ destinations: z.record(z.string(), z.object({ state: z.string() })) });

async function alertsOf(buyer: string, destination: string) {
  const { items } = alertsSchema.parse((await leadrail.api.get('/v1/alerts')).body);
  return items.filter((alert) => alert.buyer === buyer && alert.destination === destination);
}

async function isShut(buyer: string, destination: string): Promise<boolean> {
  const { destinations } = breakerSchema.parse((await leadrail.api.get(`/v1/buyers/${buyer}/breaker`)).body);
  return destinations[destination]?.state === 'open';
}

/** Calls as Twilio does, by the address that the message named, which a proxy leads here. */
function tell(lead: LeadAnswer, words: Record<string, string>): Promise<Response> {
  const text = lead.deliveries.find(({ destination }) => destination === 'text');
  const parameters: Record<string, string> = { MessageSid: text?.recipientId ?? '', To: '+15125550142', ...words };
  const path = `/hooks/twilio/${text?.id ?? ''}`;
  const signed = `${PUBLIC_URL}${path}${Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)).flat().join('')}`;
  const signature = createHmac('sha1', AUTH_TOKEN).update(signed).digest('base64');
  return fetch(`${leadrail.api.address}${path}`, { method: 'POST', headers: { 'x-twilio-signature': signature }, body: new URLSearchParams(parameters) });
}

describe('a carrier that blocks a text late', () => {
  it('sends the lead on to the next of its chain at once', async () => {
    const lead = await source.postLead({ to: 'text', first_name: 'Zoë' });
    expect(shown(lead)).toEqual(['acme/text delivered', 'bravo/inbox skipped']);
    expect(new URLSearchParams(provider.requests.at(-1)?.body.toString()).get('StatusCallback')).toBe(`${PUBLIC_URL}/hooks/twilio/${lead.deliveries[0]?.id ?? ''}`);
    expect((await tell(lead, { MessageStatus: 'undelivered', ErrorCode: '30007' })).status).toBe(204);
    const moved = await until('the next has it', async () => {
      const now = await leadrail.api.lead(lead.id);
      return now.status === 'delivered' && now;
    });
    expect(shown(moved)).toEqual(['acme/text failed', 'bravo/inbox delivered']);
    expect(moved.deliveries[0]?.reason).toContain('Twilio error 30007');
    const emails = provider.requests.filter(({ url }) => url.endsWith('/emails')).length;
    expect((await tell(lead, { MessageStatus: 'undelivered', ErrorCode: '30007' })).status).toBe(204);
    expect(provider.requests.filter(({ url }) => url.endsWith('/emails')).length).toBe(emails);
  });
});

describe('a number whose owner answered STOP', () => {
  it('is suppressed with an alert, gets nothing more, and does again once it is released', async () => {
    stopped.add('+15125550144');
    const texts = () => provider.requests.filter(({ url }) => url.includes('AC3')).length;
    const first = await source.postLead({ to: 'stop', number: 1 });
    expect([shown(first), texts()]).toEqual([['stop/text failed'], 1]);
    const { items } = z.object({ items: z.array(z.object({ id: z.string(), address: z.string(), cause: z.string(), buyer: z.string() })) }).parse((await leadrail.api.get('/v1/suppressions')).body);
    expect(items).toMatchObject([{ address: '+15125550144', cause: 'opted-out', buyer: 'stop' }]);
    expect((await alertsOf('stop', 'text')).map(({ kind }) => kind)).toContain('recipient-suppressed');
    const second = await source.postLead({ to: 'stop', number: 2 });
    expect([shown(second), texts()]).toEqual([['stop/text failed'], 1]);
    expect(second.deliveries[0]?.reason).toContain(`DELETE /v1/suppressions/${items[0]?.id ?? ''}`);
    stopped.clear();
    expect((await leadrail.api.call('DELETE', `/v1/suppressions/${items[0]?.id ?? ''}`)).status).toBe(204);
    expect(shown(await source.postLead({ to: 'stop', number: 3 }))).toEqual(['stop/text delivered']);
  });
});

describe('a credential that is revoked in the middle', () => {
  it.each([
    ['Resend’s key', 'email', 'inbox', 're_acme_key', 'check `apiKey`'],
    ['Twilio’s token', 'text', 'text', 'AC1', 'check `accountSid` and `authToken`'],
  ])('%s: shut at once with an alert that says what to do, and a chain goes on', async (_name, to, destination, credential, advice) => {
    expect(shown(await source.postLead({ to, number: 1 }))[0]).toBe(`acme/${destination} delivered`);
    revoked.add(credential);
    const lead = await source.postLead({ to, number: 2 });
    expect(shown(lead)).toEqual([`acme/${destination} failed`, 'bravo/inbox delivered']);
    expect(lead.deliveries[0]?.attempts).toHaveLength(1);
    expect(lead.deliveries[0]?.reason).toContain(advice);
    await until('it is shut', () => isShut('acme', destination));
    const shut = await until('the alert of the shut destination', async () => (await alertsOf('acme', destination)).find(({ kind }) => kind === 'destination-shut'));
    expect(shut.reason).toContain('its credential is not accepted; store a current one. Once that is put right, resume the destination');
    const passed = await until('the next leads pass it by', async () => {
      const next = await source.postLead({ to, number: 3 });
      return next.deliveries[0]?.status === 'skipped' && next;
    });
    expect(shown(passed)).toEqual([`acme/${destination} skipped`, 'bravo/inbox delivered']);
  });

  it.each([
    ['Resend’s key', 'held-email', 'inbox', 're_held_key'],
    ['Twilio’s token', 'held-text', 'text', 'AC2'],
  ])('%s: without a chain leads are held, and go out once it is mended', async (_name, to, destination, credential) => {
    revoked.add(credential);
    await source.postLead({ to, number: 1 });
    await until('it is shut', () => isShut('held', destination));
    const held = await until('a lead is held', async () => {
      const next = await source.postLead({ to, number: 2 });
      return next.status === 'held' && next;
    });
    revoked.delete(credential);
    expect((await leadrail.api.post('/v1/buyers/held/resume', { destination })).status).toBeLessThan(300);
    await until('it is delivered', async () => (await leadrail.api.lead(held.id)).status === 'delivered');
    expect((await leadrail.api.lead(held.id)).deliveries[0]?.attempts).toHaveLength(1);
  });
});
