import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import { allDestinationTypes } from '../../configuration/destination-types.ts';
import { attempt, beginning, DELIVERED, ending, FAILED, newLead, planned, planOf } from '../../store/testing.ts';
import { startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

const OWN_TOKEN = 'the-token-of-acme';
const OUR_TOKEN = 'the-token-of-the-installation';
const TAKEN = { outcome: 'success', billable: true, recipientId: 'SM1' } as const;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('Twilio’s callbacks', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await startApi({ types: allDestinationTypes, installation: { ...BARE_INSTALLATION, publicUrl: 'http://leadrail.example', twilio: { accountSid: 'AC2', authToken: OUR_TOKEN } } });
    const sms = { id: 'text', type: 'sms', from: '+15125550100', to: '+15125550142' };
    const buyers = [
      { id: 'acme', destinations: [{ ...sms, accountSid: 'AC1', authToken: OWN_TOKEN }] },
      { id: 'bravo', destinations: [sms, { id: 'api', type: 'webhook', url: 'https://bravo.example/in' }] },
    ];
    expect((await api.call('PUT', '/v1/config', { body: { buyers } })).status).toBe(200);
  });
  afterAll(() => api.close());

  async function newDelivery(path: string) {
    const delivery = planned(path, { type: path.endsWith('text') ? 'sms' : 'webhook' });
    await api.store.leads.accept(newLead(planOf([delivery])));
    return delivery;
  }

  async function deliveredTo(path: string) {
    const delivery = await newDelivery(path);
    await attempt(api.store, delivery, TAKEN, { ...DELIVERED, recipientId: 'SM1' });
    return delivery.id;
  }

  /** As Twilio signs: the public address, then each parameter's name and value in the order of the names. */
  function sign(deliveryId: string, parameters: Record<string, string>, token: string) {
    const signed = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)).flat().join('');
    return createHmac('sha1', token).update(`http://leadrail.example/hooks/twilio/${deliveryId}${signed}`).digest('base64');
  }

  function call(deliveryId: string, parameters: Record<string, string>, { token = OWN_TOKEN, sent = parameters }: { token?: string; sent?: Record<string, string> } = {}) {
    const headers = { ...FORM, 'x-twilio-signature': sign(deliveryId, parameters, token) };
    return api.call('POST', `/hooks/twilio/${deliveryId}`, { key: null, headers, body: new URLSearchParams(sent).toString() });
  }

  const state = async (deliveryId: string) => z.object({ state: z.string(), reason: z.string().nullable(), explanation: z.string().nullable() }).parse(await api.store.deliveries.get(deliveryId));

  it('make a delivery fail that had counted as delivered, and say why', async () => {
    const id = await deliveredTo('acme/text');
    expect((await call(id, { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30005', To: '+15125550142', Body: 'Zoë & Söhne' })).status).toBe(204);
    expect(await state(id)).toMatchObject({ state: 'failed', reason: 'failed-later', explanation: expect.stringContaining('Twilio error 30005: the number is not known to its carrier') as string });
    expect(api.logged.join()).not.toContain('5550142');
  });

  it('let a chain go on to who comes next when a carrier blocks the message late, once', async () => {
    const [first, next, last] = [planned('acme/text', { type: 'sms' }), planned('bravo/text', { type: 'sms' }), planned('bravo/api')];
    const now = { receivedAt: new Date().toISOString() };
    const lead = newLead(planOf([], { entries: [{ deliveries: [first] }, { deliveries: [next] }, { deliveries: [last] }], onUnknown: 'next', failoverOn: ['failure', 'error', 'skip'], whenExhausted: 'hold' }), now);
    await api.store.leads.accept(lead);
    await attempt(api.store, first, TAKEN, { ...DELIVERED, recipientId: 'SM1' });
    expect(await state(next.id)).toMatchObject({ state: 'skipped', reason: 'chain-satisfied' });
    const blocked = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30034' };
    expect([(await call(first.id, blocked)).status, (await call(first.id, blocked)).status]).toEqual([204, 204]);
    expect(api.engine.redeliveries.map(({ lead: { leadId, plan } }) => [leadId, plan.fanOut, plan.chains.map(({ entries }) => entries.map(({ deliveries }) => deliveries.map(({ id }) => id)))])).toEqual([[lead.id, [], [[[next.id], [last.id]]]]]);
    expect([await state(first.id), await state(next.id), (await api.store.leads.get(lead.id))?.status]).toMatchObject([{ state: 'failed', reason: 'failed-later' }, { state: 'planned' }, 'delivering']);
  });

  it('have a message sent once more that failed for what may pass, and not a second time', async () => {
    const delivery = planned('acme/text', { type: 'sms' });
    await api.store.leads.accept(newLead(planOf([delivery])));
    await attempt(api.store, delivery, TAKEN, { ...DELIVERED, recipientId: 'SM1' });
    const before = api.engine.redeliveries.length;
    const lost = (MessageSid: string) => call(delivery.id, { MessageSid, MessageStatus: 'undelivered', ErrorCode: '30008' });
    expect([(await lost('SM1')).status, await state(delivery.id)]).toMatchObject([204, { state: 'discarded' }]);
    const [again] = api.engine.redeliveries.slice(before).flatMap(({ lead: { plan } }) => plan.fanOut);
    if (!again) throw new Error('it was not sent once more');
    await attempt(api.store, again, { ...TAKEN, recipientId: 'SM2' }, { ...DELIVERED, recipientId: 'SM2' });
    expect((await call(again.id, { MessageSid: 'SM2', MessageStatus: 'undelivered', ErrorCode: '30008' })).status).toBe(204);
    expect([api.engine.redeliveries.length, await state(again.id)]).toMatchObject([before + 1, { state: 'failed', reason: 'failed-later' }]);
  });

  it('offer nobody a lead that is older than they would wait for one', async () => {
    const [first, next] = [planned('acme/text', { type: 'sms' }), planned('bravo/api', { holdForMs: 60_000 })];
    const lead = newLead(planOf([], { entries: [{ deliveries: [first] }, { deliveries: [next] }], onUnknown: 'next', failoverOn: ['error'], whenExhausted: 'hold' }), { receivedAt: new Date(Date.now() - 120_000).toISOString() });
    await api.store.leads.accept(lead);
    await attempt(api.store, first, TAKEN, { ...DELIVERED, recipientId: 'SM1' });
    const before = api.engine.redeliveries.length;
    expect((await call(first.id, { MessageSid: 'SM1', MessageStatus: 'failed', ErrorCode: '30034' })).status).toBe(204);
    expect([api.engine.redeliveries.length, await state(next.id), (await api.store.leads.get(lead.id))?.status]).toMatchObject([before, { state: 'skipped' }, 'undelivered']);
  });

  it('suppress a number that opted out, with an alert, and alert of whatever else only a person can mend', async () => {
    const alertsOf = async (kind: string) => (await api.store.alerts.list(50, null)).items.filter((alert) => alert.kind === kind && alert.clearedAt === null);
    await api.store.alerts.clear({ buyer: 'acme', destination: 'text', kinds: ['delivery-problem'] }, new Date().toISOString());
    await call(await deliveredTo('acme/text'), { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003', To: '+15125550142' });
    expect([await alertsOf('recipient-suppressed'), await alertsOf('delivery-problem')]).toEqual([[], []]);
    const id = await deliveredTo('acme/text');
    expect((await call(id, { MessageSid: 'SM1', MessageStatus: 'failed', ErrorCode: '21610', To: '+1 512 555 0142' })).status).toBe(204);
    const [suppression] = await api.store.suppressions.find(['+15125550142']);
    expect(suppression).toMatchObject({ cause: 'opted-out', buyer: 'acme', destination: 'text', deliveryId: id });
    expect(await alertsOf('delivery-problem')).toHaveLength(1);
    expect((await alertsOf('recipient-suppressed')).map(({ reason }) => reason).join()).toMatch(/Twilio error 21610.*GET \/v1\/suppressions/);
    expect(await state(id)).toMatchObject({ state: 'failed', reason: 'failed-later' });
    expect((await api.call('DELETE', `/v1/suppressions/${suppression?.id ?? ''}`)).status).toBe(204);
    expect([await alertsOf('recipient-suppressed'), await api.store.suppressions.find(['+15125550142'])]).toEqual([[], []]);
  });

  it('confirm a delivery that nobody was sure of', async () => {
    const delivery = await newDelivery('acme/text');
    await attempt(api.store, delivery, { outcome: 'error', kind: 'unknown', code: 'timeout', reason: 'No answer.' }, { ...FAILED, state: 'unknown', reason: 'may-have-arrived', deadLetter: 'unknown' });
    expect((await call(delivery.id, { MessageSid: 'SM9', MessageStatus: 'delivered' })).status).toBe(204);
    expect(await state(delivery.id)).toMatchObject({ state: 'delivered' });
  });

  it('change nothing while a message is on its way, nor by the news of another message', async () => {
    const id = await deliveredTo('acme/text');
    for (const MessageStatus of ['queued', 'sending', 'sent', 'delivered']) expect((await call(id, { MessageSid: 'SM1', MessageStatus })).status).toBe(204);
    expect((await call(id, { MessageSid: 'SM0', MessageStatus: 'failed', ErrorCode: '30007' })).status).toBe(204);
    expect(await state(id)).toMatchObject({ state: 'delivered' });
  });

  it('wait for an attempt whose end is about to be written', async () => {
    const delivery = await newDelivery('acme/text');
    await api.store.attempts.begin(beginning(delivery.id));
    const answered = call(delivery.id, { MessageSid: 'SM1', MessageStatus: 'failed', ErrorCode: '30034' });
    await api.store.attempts.finish(ending(delivery.id, 1, TAKEN, { ...DELIVERED, recipientId: 'SM1' }));
    expect((await answered).status).toBe(204);
    expect(await state(delivery.id)).toMatchObject({ state: 'failed' });
  });

  it('are signed by the token of the destination’s own account, else the installation’s, over every parameter', async () => {
    const [own, ours] = [await deliveredTo('acme/text'), await deliveredTo('bravo/text')];
    const parameters = { MessageSid: 'SM1', MessageStatus: 'sent' };
    expect((await call(own, parameters)).status).toBe(204);
    expect((await call(ours, parameters, { token: OUR_TOKEN })).status).toBe(204);
    expect((await call(own, parameters, { token: OUR_TOKEN })).status).toBe(403);
    expect((await call(ours, parameters, { token: OWN_TOKEN })).status).toBe(403);
    expect((await call(own, parameters, { sent: { ...parameters, MessageStatus: 'failed' } })).status).toBe(403);
    expect((await api.call('POST', `/hooks/twilio/${own}`, { headers: FORM, body: 'MessageSid=SM1&MessageStatus=failed' })).status).toBe(403);
  });

  it('are refused alike for what is not there, and for what has none', async () => {
    const parameters = { MessageSid: 'SM1', MessageStatus: 'failed' };
    const refused = await Promise.all([call(randomUUID(), parameters), call(await deliveredTo('bravo/api'), parameters, { token: OUR_TOKEN })]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403]);
    expect(refused[0].text).toBe(refused[1].text);
  });

  it('are refused when they cannot be read', async () => {
    const id = await deliveredTo('acme/text');
    expect((await call(id, { MessageStatus: 'failed' })).status).toBe(400);
    expect((await api.call('POST', `/hooks/twilio/${id}`, { body: {} })).status).toBe(415);
  });
});
