import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDestinationTypes } from '../../configuration/destination-types.ts';
import type { NewLead } from '../../store/store.ts';
import { attempt, beginning, DELIVERED, ending, newLead, planned, planOf } from '../../store/testing.ts';
import { startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

const SECRET = `whsec_${Buffer.from('a made-up secret of 24 b').toString('base64')}`;
const ADDRESS = 'Sales@Buyer.example';

let api: ApiUnderTest;
let numbers = 0;
beforeAll(async () => {
  api = await startApi({ resendWebhookSecret: SECRET, types: allDestinationTypes });
});
afterAll(() => api.close());

interface Event {
  type: string;
  data: Record<string, unknown>;
  createdAt?: string;
}

const nextId = () => `msg_${(numbers += 1)}`;

/** Calls as Resend does: signed over id, time and the body's very bytes. */
function callback({ type, data, createdAt = new Date().toISOString() }: Event, change: { id?: string; signedAt?: Date; secret?: string; send?: (body: string) => string } = {}) {
  const { id = nextId(), signedAt = new Date(), secret = SECRET, send = (text: string) => text } = change;
  const body = JSON.stringify({ type, created_at: createdAt, data });
  const headers = { 'svix-id': id, 'svix-timestamp': String(Math.floor(signedAt.getTime() / 1000)), 'svix-signature': `v1,bm90IHRoaXMgb25l ${new Webhook(secret).sign(id, signedAt, body)}` };
  return api.call('POST', '/hooks/resend', { body: send(body), headers, key: null });
}

/** An email that Resend has taken. */
async function sentEmail(buyer: string, ofLead: Partial<NewLead> = {}) {
  const emailId = `email-${nextId()}`;
  const delivery = planned(`${buyer}/inbox`, { type: 'email' });
  const lead = newLead(planOf([delivery]), ofLead);
  await api.store.leads.accept(lead);
  await attempt(api.store, delivery, { outcome: 'success', billable: true, recipientId: emailId }, { ...DELIVERED, recipientId: emailId });
  const data = { email_id: emailId, to: [ADDRESS], from: 'leads@sender.example', subject: 'New lead', tags: { delivery_id: delivery.id } };
  return { delivery, leadId: lead.id, emailId, data };
}

const stateOf = async (id: string) => (await api.store.deliveries.get(id))?.state;
const suppressed = async () => (await api.store.suppressions.find([ADDRESS])).at(0);
const release = async () => {
  const known = await suppressed();
  if (known) await api.store.suppressions.release(known.id, new Date().toISOString());
};
const alertsOf = async (buyer: string) => (await api.store.alerts.list(200, null)).items.filter((alert) => alert.buyer === buyer);

describe('POST /hooks/resend: who may call', () => {
  it.each([
    ['another secret', { secret: `whsec_${Buffer.from('another made-up secret!!').toString('base64')}` }],
    ['a body that was changed on its way', { send: (body: string) => `${body} ` }],
    ['a call of six minutes ago', { signedAt: new Date(Date.now() - 360_000) }],
    ['a call from the future', { signedAt: new Date(Date.now() + 360_000) }],
  ])('%s is turned away', async (_name, change) => {
    const { delivery, data } = await sentEmail('turned-away');
    const answer = await callback({ type: 'email.bounced', data: { ...data, bounce: { type: 'Permanent', subType: 'General' } } }, change);
    expect([answer.status, await stateOf(delivery.id), await suppressed()]).toEqual([401, 'delivered', undefined]);
  });

  it('a call without a signature is turned away', async () => {
    expect((await api.call('POST', '/hooks/resend', { body: {}, key: null })).status).toBe(401);
  });

  it('without a secret nobody may, and the answer says what to set', async () => {
    const bare = await startApi();
    const answer = await bare.call('POST', '/hooks/resend', { body: {}, key: null });
    expect([answer.status, answer.text.includes('LEADRAIL_RESEND_WEBHOOK_SECRET')]).toEqual([503, true]);
    await bare.close();
  });
});

describe('POST /hooks/resend: what it changes', () => {
  it('a permanent bounce: the delivery has failed, the address is suppressed, an alert is raised', async () => {
    const { delivery, leadId, data } = await sentEmail('bounce');
    const answer = await callback({ type: 'email.bounced', createdAt: '2026-03-02 10:00:00.123456+00', data: { ...data, bounce: { type: 'Permanent', subType: 'General', message: 'no such mailbox' } } });
    expect([answer.status, answer.json]).toEqual([200, { result: 'taken' }]);
    expect(await api.store.deliveries.get(delivery.id)).toMatchObject({ state: 'failed', reason: 'failed-later', deadLetter: 'undeliverable' });
    expect(await suppressed()).toMatchObject({ address: 'sales@buyer.example', cause: 'bounced', buyer: 'bounce', destination: 'inbox', deliveryId: delivery.id, since: '2026-03-02T10:00:00.123Z' });
    const [alert] = await alertsOf('bounce');
    expect(alert).toMatchObject({ kind: 'recipient-suppressed', destination: 'inbox', lead: leadId, clearedAt: null });
    expect(alert?.reason.toLowerCase()).not.toContain('@buyer.example');
    await release();
    expect((await alertsOf('bounce'))[0]?.clearedAt).not.toBeNull();
  });

  it.each([
    ['a full mailbox', 'email.bounced', { bounce: { type: 'Permanent', subType: 'MailboxFull' } }, 'failed'],
    ['a bounce that may pass', 'email.bounced', { bounce: { type: 'Transient', subType: 'General' } }, 'failed'],
    ['a bounce that nobody understands', 'email.bounced', { bounce: { type: 'Undetermined' } }, 'failed'],
    ['a failure at Resend', 'email.failed', { failed: { reason: 'reached_daily_quota' } }, 'failed'],
    ['Resend’s own suppression', 'email.suppressed', { suppressed: { type: 'OnAccountSuppressionList', message: '' } }, 'failed'],
    ['its arrival', 'email.delivered', {}, 'delivered'],
    ['a delay', 'email.delivery_delayed', {}, 'delivered'],
    ['an email that was opened', 'email.opened', {}, 'delivered'],
  ])('%s: nobody is suppressed', async (_name, type, more, state) => {
    const { delivery, data } = await sentEmail('soft');
    expect((await callback({ type, data: { ...data, ...more } })).status).toBe(200);
    expect([await stateOf(delivery.id), await suppressed(), await alertsOf('soft')]).toEqual([state, undefined, []]);
  });

  it('a complaint: the address is suppressed, an alert is raised, the lead was delivered all the same', async () => {
    const { delivery, data } = await sentEmail('complaint');
    await callback({ type: 'email.complained', data });
    expect([await stateOf(delivery.id), (await suppressed())?.cause, (await alertsOf('complaint')).length]).toEqual(['delivered', 'complained', 1]);
    await release();
  });

  it('a delay is on the lead’s page', async () => {
    const { leadId, data } = await sentEmail('late');
    await callback({ type: 'email.delivery_delayed', data });
    expect((await api.store.leads.get(leadId))?.notes.join()).toContain('late/inbox');
  });

  it('of several recipients only one that is named is suppressed', async () => {
    const { delivery, data } = await sentEmail('several');
    const to = ['first@buyer.example', ADDRESS];
    await callback({ type: 'email.bounced', data: { ...data, to, bounce: { type: 'Permanent', message: 'no such mailbox' } } });
    expect([await stateOf(delivery.id), await suppressed(), (await alertsOf('several')).length]).toEqual(['failed', undefined, 1]);
    const second = await sentEmail('several');
    await callback({ type: 'email.bounced', data: { ...second.data, to, bounce: { type: 'Permanent', message: `550 ${ADDRESS}: no such mailbox` } } });
    expect((await suppressed())?.cause).toBe('bounced');
    expect(await api.store.suppressions.find(['first@buyer.example'])).toEqual([]);
    await release();
  });
});

describe('POST /hooks/resend: once, and about what is ours', () => {
  it('the same callback counts once', async () => {
    const { data } = await sentEmail('twice');
    const bounced = { type: 'email.bounced', data: { ...data, bounce: { type: 'Permanent' } } };
    const id = nextId();
    expect((await callback(bounced, { id })).json).toEqual({ result: 'taken' });
    await release();
    expect((await callback(bounced, { id })).json).toEqual({ result: 'known' });
    expect(await suppressed()).toBeUndefined();
  });

  it('a late arrival before a bounce, told after it, changes nothing', async () => {
    const { delivery, data } = await sentEmail('order');
    await callback({ type: 'email.bounced', createdAt: '2026-03-02T10:00:05.000Z', data: { ...data, bounce: { type: 'Transient' } } });
    await callback({ type: 'email.delivered', createdAt: '2026-03-02T10:00:01.000Z', data });
    expect(await stateOf(delivery.id)).toBe('failed');
  });

  it('the email’s id finds the delivery where there is no tag, and tags may be a list', async () => {
    const first = await sentEmail('untagged');
    await callback({ type: 'email.failed', data: { ...first.data, tags: undefined } });
    const second = await sentEmail('untagged');
    await callback({ type: 'email.failed', data: { ...second.data, email_id: 'other', tags: [{ name: 'delivery_id', value: second.delivery.id }] } });
    expect([await stateOf(first.delivery.id), await stateOf(second.delivery.id)]).toEqual(['failed', 'failed']);
  });

  it('an email of somebody else is let pass', async () => {
    const { data } = await sentEmail('stranger');
    expect((await callback({ type: 'email.bounced', data: { ...data, email_id: 'unknown', tags: {}, bounce: { type: 'Permanent' } } })).json).toEqual({ result: 'no-delivery' });
    expect(await suppressed()).toBeUndefined();
  });

  it.each([
    ['by its tag', (id: string) => ({ email_id: 'early-1', tags: { delivery_id: id } })],
    ['by its email’s id', () => ({ email_id: 'early-2' })],
  ])('a callback that is faster than the end of its attempt is written waits for it, %s', async (_name, known) => {
    const delivery = planned('early/inbox', { type: 'email' });
    await api.store.leads.accept(newLead(planOf([delivery])));
    await api.store.attempts.begin(beginning(delivery.id));
    const data = known(delivery.id);
    const answered = callback({ type: 'email.failed', data });
    await api.store.attempts.finish(ending(delivery.id, 1, { outcome: 'success', billable: true, recipientId: data.email_id }, { ...DELIVERED, recipientId: data.email_id }));
    expect((await answered).json).toEqual({ result: 'taken' });
    expect(await stateOf(delivery.id)).toBe('failed');
  });

  it('a word that is missing, or of another kind than documented, costs no callback', async () => {
    const { delivery, data } = await sentEmail('sloppy');
    const sloppy = { ...data, to: null, tags: { delivery_id: delivery.id, tries: 3 }, bounce: { type: 'permanent', subType: null, message: null, diagnosticCode: ['550'] } };
    expect((await callback({ type: 'email.bounced', data: sloppy })).json).toEqual({ result: 'taken' });
    expect([await stateOf(delivery.id), (await alertsOf('sloppy')).length]).toEqual(['failed', 1]);
  });

  it('a callback whose attempt does not end shall come again, and then counts', async () => {
    const delivery = planned('fast/inbox', { type: 'email' });
    await api.store.leads.accept(newLead(planOf([delivery])));
    await api.store.attempts.begin(beginning(delivery.id));
    const event = { type: 'email.bounced', data: { email_id: 'e', to: [ADDRESS], tags: { delivery_id: delivery.id }, bounce: { type: 'Permanent' } } };
    const id = nextId();
    const early = await callback(event, { id });
    expect([early.status, early.headers.get('retry-after') !== null, await suppressed()]).toEqual([503, true, undefined]);
    await api.store.deliveries.settle(delivery.id, DELIVERED);
    expect((await callback(event, { id })).json).toEqual({ result: 'taken' });
    expect(await stateOf(delivery.id)).toBe('failed');
    await release();
  });
});

describe('the delivery rate', () => {
  const rateOf = (buyer: string, destination: string, query = '') => api.call('GET', `/v1/buyers/${buyer}/destinations/${destination}/delivery-rate${query}`);

  it('is what callbacks said of a destination’s messages', async () => {
    const sms = { id: 'text', type: 'sms', accountSid: 'AC1', authToken: 'made-up', from: '+15125550100', to: '+15125550142' };
    const inbox = { id: 'inbox', type: 'email', from: 'leads@sender.example', to: ADDRESS, apiKey: 're_made_up' };
    const buyers = [{ id: 'rated', destinations: [inbox, sms, { id: 'api', type: 'webhook', url: 'https://rated.example/in' }] }];
    expect((await api.call('PUT', '/v1/config', { body: { buyers } })).status).toBe(200);
    const receivedAt = new Date().toISOString();
    const emails = [await sentEmail('rated', { receivedAt }), await sentEmail('rated', { receivedAt }), await sentEmail('rated', { receivedAt }), await sentEmail('rated', { receivedAt })];
    for (const [index, event] of [{ type: 'email.delivered' }, { type: 'email.complained' }, { type: 'email.bounced', bounce: { type: 'Transient', subType: 'MailboxFull' } }].entries()) {
      const { type, ...more } = event;
      expect((await callback({ type, data: { ...emails[index]?.data, ...more } })).status).toBe(200);
    }
    await release();
    expect((await rateOf('rated', 'inbox', '?days=1')).json).toEqual({
      buyer: 'rated', destination: 'inbox', since: expect.any(String) as string, accepted: 4, delivered: 2, bounced: { hard: 0, soft: 1 }, failed: 0, awaited: 1, complained: 1, rate: 2 / 3,
    });
    expect((await rateOf('rated', 'text')).json).toMatchObject({ accepted: 0, awaited: 0, rate: null });
    expect((await api.call('GET', '/metrics')).text).toContain('leadrail_delivery_news_total{buyer="rated",destination="inbox",type="email",news="bounced-soft"} 1');
  });

  it('is asked only where there is one', async () => {
    expect((await rateOf('rated', 'api')).status).toBe(422);
    expect([(await rateOf('rated', 'none')).status, (await rateOf('none', 'inbox')).status, (await rateOf('rated', 'inbox', '?days=0')).status]).toEqual([404, 404, 422]);
  });
});

describe('suppressions', () => {
  it('are listed with their address, and released', async () => {
    const { delivery, data } = await sentEmail('listed');
    await callback({ type: 'email.complained', createdAt: '2026-03-02T10:00:00.000Z', data });
    const id = (await suppressed())?.id ?? '';
    const listed = await api.call('GET', '/v1/suppressions');
    expect(listed.json).toEqual({ items: [{ id, address: 'sales@buyer.example', cause: 'complained', buyer: 'listed', destination: 'inbox', delivery: delivery.id, since: '2026-03-02T10:00:00.000Z' }], nextCursor: null });
    expect((await api.call('GET', '/v1/suppressions', { key: null })).status).toBe(401);
    expect((await api.call('DELETE', `/v1/suppressions/${id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/v1/suppressions/${id}`)).status).toBe(404);
  });

  it('and callbacks leave no address in the log', () => expect(api.logged.join().toLowerCase()).not.toContain('@buyer.example'));
});
