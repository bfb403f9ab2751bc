import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandIn, type ReceivedRequest, type StandIn } from '../../src/channels/stand-in.test-support.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLeadrail, type Leadrail } from '../support/leadrail.ts';
import { until } from '../support/until.ts';

const CALLBACK_SECRET = `whsec_${Buffer.from('a made-up secret of 24 b').toString('base64')}`;
const JSON_TYPE = { 'content-type': 'application/json' };

let leadrail: Leadrail;
let source: ApiClient;
let provider: StandIn;

/** Resend and Zapier in one, as far as a lead meets them. */
function answer({ url, headers }: ReceivedRequest) {
  if (url.startsWith('/emails')) return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ id: `email-of-${headers['idempotency-key'] ?? ''}` }) };
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ id: 'z-1', request_id: 'z-1', attempt: 'a-1', status: 'success' }) };
}

beforeAll(async () => {
  provider = await startStandIn(answer);
  leadrail = await startLeadrail({ environment: { RESEND_API_KEY: 're_made_up', LEADRAIL_EMAIL_FROM: 'Leads <leads@sender.example>', LEADRAIL_RESEND_WEBHOOK_SECRET: CALLBACK_SECRET } });
  await leadrail.api.configure({
    sources: [{ id: 'web' }, { id: 'chained' }],
    buyers: [
      { id: 'acme', breaker: { trips: 2 }, destinations: [{ id: 'inbox', type: 'email', to: ['sales@acme.example'], baseUrl: provider.baseUrl }] },
      { id: 'bravo', destinations: [{ id: 'zap', type: 'zapier', url: 'https://hooks.zapier.com/hooks/catch/1/made-up/', baseUrl: provider.baseUrl }] },
      { id: 'carol', destinations: [{ id: 'inbox', type: 'email', to: ['leads@carol.example'], baseUrl: provider.baseUrl }] },
    ],
    routes: [{ id: 'waterfall', when: 'lead.source == "chained"', deliver: [{ firstOf: ['carol', 'bravo'] }] }, { id: 'all', deliver: ['acme', 'bravo'] }],
  });
  source = await leadrail.intake('web');
});
afterAll(async () => {
  await leadrail.stop();
  await provider.close();
});

function tell(type: string, deliveryId: string, data: Record<string, unknown> = {}): Promise<Response> {
  const at = new Date();
  const body = JSON.stringify({ type, created_at: at.toISOString(), data: { email_id: `email-of-${deliveryId}`, to: ['sales@acme.example'], tags: { delivery_id: deliveryId }, ...data } });
  const id = `msg_${randomUUID()}`;
  const headers = { ...JSON_TYPE, 'svix-id': id, 'svix-timestamp': String(Math.floor(at.getTime() / 1_000)), 'svix-signature': new Webhook(CALLBACK_SECRET).sign(id, at, body) };
  return fetch(new URL('/hooks/resend', leadrail.api.address), { method: 'POST', headers, body });
}

const inboxOf = async (leadId: string) => (await leadrail.api.lead(leadId)).deliveries.find(({ destination }) => destination === 'inbox');

describe('leads by email and Zapier', () => {
  it('go out once each, and wait for their turn beyond the key’s limit without using up an attempt', async () => {
    const leads = await Promise.all(Array.from({ length: 6 }, (_, number) => source.postLead({ first_name: 'Zoë', number })));
    for (const { id } of leads) await until('it is delivered', async () => (await leadrail.api.lead(id)).status === 'delivered');
    const shown = await Promise.all(leads.map(({ id }) => leadrail.api.lead(id)));
    expect(shown.flatMap(({ deliveries }) => deliveries.map(({ attempts }) => attempts.length))).toEqual(Array<number>(12).fill(1));
    const emails = provider.requests.filter(({ url }) => url === '/emails');
    expect(new Set(emails.map(({ headers }) => headers['idempotency-key'])).size).toBe(6);
    expect(emails).toHaveLength(6);
  });

  it('that bounce later are undelivered; two in a row shut the destination, and the address gets nothing more', async () => {
    const leads = [await source.postLead({ number: 7 }), await source.postLead({ number: 8 })];
    for (const { id } of leads) {
      await until('it is delivered', async () => (await leadrail.api.lead(id)).status === 'delivered');
      const inbox = await inboxOf(id);
      expect((await tell('email.bounced', inbox?.id ?? '', { bounce: { type: 'Permanent', subType: 'General', message: 'no such user' } })).status).toBe(200);
      expect(await inboxOf(id)).toMatchObject({ status: 'failed', reasonCode: 'failed-later', deadLetter: 'undeliverable' });
      expect((await leadrail.api.lead(id)).status).toBe('partial');
    }
    await until('the destination is shut', async () => (await leadrail.api.get('/v1/buyers/acme/breaker')).body['state'] === 'open');
    const suppressed = (await leadrail.api.get('/v1/suppressions')).body['items'];
    expect(suppressed).toMatchObject([{ cause: 'bounced' }]);
  });

  it('that bounce in a chain go on to who comes next', async () => {
    const { id } = await (await leadrail.intake('chained')).postLead({ number: 9 });
    await until('it is delivered', async () => (await leadrail.api.lead(id)).status === 'delivered');
    const taps = () => provider.requests.filter(({ url }) => url.startsWith('/hooks/catch')).length;
    const before = taps();
    expect((await leadrail.api.lead(id)).deliveries.map(({ status }) => status)).toEqual(['delivered', 'skipped']);
    expect((await tell('email.bounced', (await inboxOf(id))?.id ?? '', { to: ['leads@carol.example'], bounce: { type: 'Transient', subType: 'MailboxFull' } })).status).toBe(200);
    await until('the next has it', async () => (await leadrail.api.lead(id)).status === 'delivered');
    expect((await leadrail.api.lead(id)).deliveries).toMatchObject([{ status: 'failed', reasonCode: 'failed-later' }, { status: 'delivered', attempts: [{ outcome: 'success' }] }]);
    expect(taps()).toBe(before + 1);
  });

  it('are not taken from whoever cannot sign', async () => {
    expect((await fetch(new URL('/hooks/resend', leadrail.api.address), { method: 'POST', headers: JSON_TYPE, body: '{}' })).status).toBeGreaterThanOrEqual(400);
  });
});
