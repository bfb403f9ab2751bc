import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import type { SendResult } from '../channel.ts';
import { BARE_INSTALLATION, type Installation } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { checkSms } from './check.ts';
import { exchangeByClient } from './client.ts';
import { smsConfigSchema } from './config.ts';
import { smsChannel } from './index.ts';
import { parametersOf, renderSms } from './render.ts';
import { formOf, messageOf, sendSms } from './send.ts';
import { ACCOUNT_SID, AUTH_TOKEN, FROM, startTwilio, TO, type TwilioStandIn } from './twilio.test-support.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const PUBLIC: Installation = { ...BARE_INSTALLATION, publicUrl: 'https://leadrail.example' };
const LEAD = leadOf({ first_name: 'Zoë', last_name: 'Dyke', phone: '5125550143', email: 'zoe@example.com' });
const configOf = (change: Record<string, unknown> = {}) => smsConfigSchema.parse({ id: 'text', type: 'sms', accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: FROM, to: TO, ...change });
const rendered = (change: Record<string, unknown> = {}, installation = BARE_INSTALLATION, lead = LEAD) => renderSms({ config: configOf(change), lead, deliveryId: DELIVERY_ID }, installation);

function requestOf(change: Record<string, unknown> = {}, installation = BARE_INSTALLATION) {
  const result = rendered(change, installation);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result.request;
}

const textOf = (change: Record<string, unknown> = {}) => parametersOf(requestOf(change)).get('Body');

describe('the text message of a lead', () => {
  it('names whom to call, unless it has a text of its own', () => {
    expect(textOf()).toBe('New lead: Zoë Dyke, 5125550143, zoe@example.com');
    expect(textOf({ text: 'Call {first_name}: {phone}' })).toBe('Call Zoë: 5125550143');
    expect(textOf({ text: '{shout}!', map: [{ to: 'shout', from: 'first_name', transform: ['uppercase'] }] })).toBe('ZOË!');
    const bare = rendered({}, BARE_INSTALLATION, leadOf({ campaign: 'spring' }));
    expect(bare.ok && parametersOf(bare.request).get('Body')).toMatch(/^New lead: \S+$/);
  });

  it('goes to a number in the form that Twilio takes, a field’s too', () => {
    for (const to of ['{phone}', '(512) 555-0143', '+1 512 555 0143', '1-512-555-0143']) expect(parametersOf(requestOf({ to })).get('To')).toBe('+15125550143');
    expect(parametersOf(requestOf({ to: '+44 7700 900123' })).get('To')).toBe('+447700900123');
    expect(rendered({ to: '{first_name}' })).toMatchObject({ ok: false, mistakes: [{ to: 'to' }] });
    expect(JSON.stringify(rendered({ to: '{first_name}' }))).not.toContain('Zoë');
  });

  it('tells Twilio where to call back, how long to wait, and who sends', () => {
    const given = parametersOf(requestOf({ validity: '90m', from: undefined, messagingServiceSid: 'MG1' }, PUBLIC));
    expect(Object.fromEntries(given)).toEqual({ To: TO, StatusCallback: `https://leadrail.example/hooks/twilio/${DELIVERY_ID}`, ValidityPeriod: '5400', MessagingServiceSid: 'MG1', Body: textOf() });
    expect(parametersOf(requestOf()).has('StatusCallback')).toBe(false);
  });

  it('is refused before anything is sent when Twilio would not take its length, or it comes to nothing', () => {
    const long = rendered({ text: '{phone}'.repeat(161) });
    expect(long).toMatchObject({ ok: false, mistakes: [{ to: 'text', message: expect.stringContaining('1610 characters') as string }] });
    expect(rendered({ text: '{nothing}' })).toMatchObject({ ok: false, mistakes: [{ to: 'text' }] });
    expect(rendered({ text: '{phone}'.repeat(160) }).ok).toBe(true);
  });

  it('says how many parts it has', () => {
    // GSM-7 has é and è, but no ë.
    expect(smsChannel.remarks?.(requestOf({ text: 'Call {email} €' }))).toEqual(['1 message part (GSM-7), 22 characters']);
    expect(smsChannel.remarks?.(requestOf())).toEqual(['1 message part (UCS-2), 47 characters']);
    expect(smsChannel.remarks?.(requestOf({ text: 'ж'.repeat(71) }))).toEqual(['2 message parts (UCS-2), 71 characters']);
    expect(checkSms(configOf({ text: 'a'.repeat(1_531) }))).toMatchObject([{ path: ['text'], severity: 'warning' }]);
    expect(checkSms(configOf({ text: 'a'.repeat(1_530) }))).toEqual([]);
  });
});

describe('sending a text message', () => {
  let twilio: TwilioStandIn;
  let http: HttpClient;
  beforeAll(() => {
    http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  });
  beforeEach(async () => {
    twilio = await startTwilio();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await twilio.close();
  });
  afterAll(() => http.close());

  function send(change: Record<string, unknown> = {}, installation = BARE_INSTALLATION): Promise<SendResult> {
    const given = { baseUrl: twilio.baseUrl, ...change };
    const input = { config: configOf(given), request: requestOf(given, installation), deliveryId: DELIVERY_ID, http, installation, tokens: noTokens, rows: noRows };
    return sendSms({ ...input, signal: new AbortController().signal, now: () => new Date() });
  }

  it('sends the rendered bytes, which are those of Twilio’s client', async () => {
    const change = { text: 'Zoë & “Söhne” 100% ~ * + = \n{email} 😀', validity: '2h', baseUrl: twilio.baseUrl };
    const request = requestOf(change, PUBLIC);
    await send(change, PUBLIC);
    const bytes = new TextDecoder().decode(request.body ?? new Uint8Array());
    expect(twilio.bodies).toEqual([bytes]);
    const forms: string[] = [];
    const account = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN };
    const complete = (made: Parameters<typeof formOf>[0]) => {
      forms.push(formOf(made));
      expect(made.uri).toBe(request.url);
      return { ...request };
    };
    await exchangeByClient({ account, baseUrl: twilio.baseUrl, http, timeoutMs: 5_000, signal: new AbortController().signal, complete }, (client) => client.messages.create(messageOf(request)));
    expect(forms).toEqual([bytes]);
  });

  it('keeps what Twilio says of the message', async () => {
    expect(await send()).toMatchObject({ outcome: { outcome: 'success', recipientId: twilio.messages[0]?.sid, billable: true }, captures: { segments: '1' } });
    const priced = smsChannel.readAnswer?.(configOf(), answer({ sid: 'SM1', num_segments: '2', price: '-0.01500', price_unit: 'USD' }), new Date());
    expect(priced).toMatchObject({ outcome: { outcome: 'success' }, captures: { segments: '2', price: '-0.01500 USD' } });
    expect(priced?.outcome).not.toHaveProperty('price');
    const failed = smsChannel.readAnswer?.(configOf(), answer({ sid: 'SM1', status: 'failed', error_code: 30007 }), new Date());
    expect(failed?.outcome).toMatchObject({ kind: 'permanent', code: 'recipient' });
  });

  it('sends by the installation’s account where the destination has none, and says so where there is neither', async () => {
    const none = { accountSid: undefined, authToken: undefined };
    expect((await send(none, { ...PUBLIC, twilio: { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN } })).outcome.outcome).toBe('success');
    const { outcome, exchange } = await send(none);
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'configuration', reason: expect.stringContaining('TWILIO_AUTH_TOKEN') as string });
    expect(exchange).toBeUndefined();
    expect(twilio.messages).toHaveLength(1);
  });

  it('goes by no environment variable of Twilio’s client, and writes no log', async () => {
    const written = vi.spyOn(console, 'log');
    for (const [name, value] of Object.entries({ TWILIO_ACCOUNT_SID: 'AC2', TWILIO_AUTH_TOKEN: 'other', TWILIO_EDGE: 'sydney', TWILIO_REGION: 'au1', TWILIO_LOG_LEVEL: 'debug', TWILIO_CA_BUNDLE: '/nowhere', HTTP_PROXY: 'http://127.0.0.1:9' })) vi.stubEnv(name, value);
    expect((await send()).outcome.outcome).toBe('success');
    expect(twilio.headers[0]?.authorization).toBe(`Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`);
    expect(written).not.toHaveBeenCalled();
  });

  it('tells an error in our own words: Twilio’s have the number in them', async () => {
    twilio.behaviours = [{ status: 400, code: 21610 }];
    const { outcome, optedOut } = await send();
    expect(optedOut).toBe(TO);
    expect(outcome).toMatchObject({ kind: 'permanent', code: 'recipient', reason: expect.stringContaining('Twilio error 21610: whoever has this number opted out') as string });
    expect(outcome.reason).not.toContain(TO);
    twilio.behaviours = [{ status: 429, code: 20429 }];
    expect(await send()).not.toHaveProperty('optedOut');
    twilio.behaviours = [{ status: 429, code: 20429 }];
    expect((await send()).outcome).toMatchObject({ kind: 'transient', code: 'rate-limited' });
    expect(twilio.bodies).toHaveLength(3);
    expect((await send({ authToken: 'another' })).outcome).toMatchObject({ kind: 'permanent', code: 'unauthorized' });
  });

  it('gives a broken connection time to settle before its message is looked up', async () => {
    twilio.behaviours = ['take-and-cut'];
    expect((await send()).outcome).toMatchObject({ kind: 'unknown', code: 'connection', retryAfterMs: 3_000 });
  });
});

function answer(value: unknown) {
  return { status: 201, headers: [['content-type', 'application/json']] as [string, string][], body: new TextEncoder().encode(JSON.stringify(value)), bodyTruncated: false };
}
