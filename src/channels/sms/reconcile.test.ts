import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { closedPort } from '../../egress/tcp-server.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { smsConfigSchema } from './config.ts';
import { reconcileSms } from './reconcile.ts';
import { renderSms } from './render.ts';
import { sendSms } from './send.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, startTwilio, TO, type TwilioStandIn } from './twilio.test-support.ts';

const HOUR_MS = 3_600_000;

describe('looking a text message up', () => {
  let twilio: TwilioStandIn;
  let http: HttpClient;
  beforeAll(() => {
    http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  });
  beforeEach(async () => {
    twilio = await startTwilio();
  });
  afterEach(() => twilio.close());
  afterAll(() => http.close());

  function inputFor(change: Record<string, unknown> = {}, agoMs = 0) {
    const config = smsConfigSchema.parse({ id: 'text', type: 'sms', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: FROM, to: TO, baseUrl: twilio.baseUrl, ...change });
    const rendered = renderSms({ config, lead: leadOf({ first_name: 'Zoë', email: 'zoe@example.com' }), deliveryId: 'd-1' }, BARE_INSTALLATION);
    if (!rendered.ok) throw new Error('not rendered');
    const at = new Date(Date.now() - agoMs).toISOString();
    return { config, request: rendered.request, deliveryId: 'd-1', http, installation: BARE_INSTALLATION, tokens: noTokens, rows: noRows, signal: new AbortController().signal, now: () => new Date(), doubt: { since: at, until: at } };
  }

  it.each(['take-and-cut', 'take-and-fail'] as const)('finds the message after %s', async (behaviour) => {
    twilio.behaviours = [behaviour];
    const input = inputFor();
    expect((await sendSms(input)).outcome).toMatchObject({ kind: 'unknown' });
    const found = await reconcileSms(input);
    expect(found).toMatchObject({ outcome: { outcome: 'success', recipientId: twilio.messages[0]?.sid } });
    expect(found?.exchange?.request.method).toBe('GET');
    expect(Object.fromEntries(twilio.lookUps[0] ?? [])).toEqual({ To: TO, From: FROM, PageSize: '200' });
  });

  it.each(['drop-and-cut', 'drop-and-fail'] as const)('says that it was not taken after %s', async (behaviour) => {
    twilio.behaviours = [behaviour];
    const input = inputFor();
    await sendSms(input);
    expect(await reconcileSms(input)).toBeNull();
  });

  it('goes by number and text where a messaging service chose the sender', async () => {
    const input = inputFor({ from: undefined, messagingServiceSid: 'MG1' });
    twilio.behaviours = ['take-and-cut'];
    await sendSms(input);
    expect(await reconcileSms(input)).toMatchObject({ outcome: { outcome: 'success' } });
    expect(twilio.lookUps[0]?.has('From')).toBe(false);
  });

  it('knows the text again as Twilio may have written it', async () => {
    const input = inputFor({ text: 'Zoë’s lead — “call” {email}' });
    await sendSms(input);
    const [message] = twilio.messages;
    if (message === undefined) throw new Error('not taken');
    message.body = 'Sent from your Twilio trial account - Zoë\'s lead - "call" zoe@example.com';
    expect(await reconcileSms(input)).toMatchObject({ outcome: { outcome: 'success' } });
  });

  it('takes neither another text nor one of another time for it, and shows none of them in the evidence', async () => {
    await sendSms(inputFor({ text: 'Something else for {email}' }));
    expect(await reconcileSms(inputFor())).toBeNull();
    await sendSms(inputFor());
    expect(await reconcileSms(inputFor({}, HOUR_MS))).toBeNull();
    const found = await reconcileSms(inputFor());
    const { result } = found?.exchange ?? {};
    if (result?.kind !== 'response') throw new Error('no answer');
    expect(new TextDecoder().decode(result.body)).not.toContain('Something else');
  });

  it('leaves it unknown when several cannot be told apart', async () => {
    const input = inputFor();
    await sendSms(input);
    await sendSms(input);
    expect((await reconcileSms(input))?.outcome).toMatchObject({ kind: 'unknown', code: 'rule' });
  });

  it('takes a message that ended badly for what it is', async () => {
    const input = inputFor();
    await sendSms(input);
    Object.assign(twilio.messages[0] ?? {}, { status: 'undelivered', error_code: 30006 });
    expect((await reconcileSms(input))?.outcome).toMatchObject({ kind: 'permanent', code: 'recipient' });
  });

  it.each([500, 401, 404, 429])('leaves it unknown when the log answers with %i', async (status) => {
    twilio.logStatus = status;
    expect((await reconcileSms(inputFor()))?.outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
  });

  it('leaves it unknown when Twilio cannot be reached', async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    expect((await reconcileSms(inputFor({ baseUrl })))?.outcome).toMatchObject({ kind: 'unknown', code: 'connection' });
  });
});
