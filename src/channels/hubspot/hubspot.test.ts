import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { noTokens } from '../tokens/no-tokens.test-support.ts';
import { askedTokens } from '../tokens/simple-tokens.test-support.ts';
import { hubspotConfigSchema } from './config.ts';
import { failed, HubspotStandIn } from './hubspot.test-support.ts';
import { hubspotChannel } from './index.ts';
import { renderHubspot } from './render.ts';
import { sendHubspot } from './send.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const ZOE = { first_name: 'Zoë', email: 'zoe@example.com', phone: '512 555 0142' };
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

let standIn: HubspotStandIn;
beforeEach(async () => {
  standIn = await HubspotStandIn.start();
  onTestFinished(() => standIn.close());
});

function configOf(words: Record<string, unknown> = {}) {
  return hubspotConfigSchema.parse({ id: 'crm', type: 'hubspot', accessToken: 'pat-na1-made-up', baseUrl: standIn.baseUrl, ...words });
}

async function send(fields: Record<string, unknown> = ZOE, words: Record<string, unknown> = {}, tokens = noTokens) {
  const config = configOf(words);
  const rendered = renderHubspot({ config, lead: leadOf(fields), deliveryId: DELIVERY_ID });
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
  const result = await sendHubspot({ config, request: rendered.request, deliveryId: DELIVERY_ID, http, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
  return { ...result, notes: result.notes ?? [], rendered: rendered.notes ?? [] };
}

const calls = () => standIn.requests.map(({ method, path }) => `${method} ${path}`);

describe('a contact', () => {
  it('is made of the usual fields and of what `map` adds, every value a text', async () => {
    const map = [
      { to: 'interests', from: 'wants' },
      { to: 'company', value: true },
      { to: 'website', value: null },
    ];
    const { outcome, captures } = await send({ ...ZOE, wants: ['roof', '', 'wallbox'], campaign: 'spring' }, { map, portalId: 6_543_210 });
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: '501' });
    expect(captures).toEqual({ link: 'https://app.hubspot.com/contacts/6543210/record/0-1/501' });
    expect(standIn.contacts.get('501')).toEqual({ firstname: 'Zoë', email: 'zoe@example.com', phone: '512 555 0142', interests: 'roof;wallbox', company: 'true', website: '' });
    expect(standIn.requests).toMatchObject([{ method: 'POST', path: '/crm/v3/objects/contacts', authorization: 'Bearer pat-na1-made-up' }]);
  });

  it('has no link where nobody said which account it is in', async () => {
    expect((await send()).captures).toEqual({});
  });

  it('without an email is sent with a word of caution', async () => {
    const { outcome, rendered } = await send({ phone: '512 555 0142' });
    expect(outcome).toMatchObject({ outcome: 'success' });
    expect(rendered).toMatchObject([{ to: 'email', message: expect.stringMatching(/second contact/) as string }]);
    expect((await send()).rendered).toEqual([]);
  });

  it('links to where the answer says that the contact is, and takes ids as they come', async () => {
    standIn.told.push(failed(409, 'CONFLICT', 'Contact already exists. Existing ID: hs_9-a'), { status: 200, body: { id: 'hs_9-a', url: 'https://app.hubspot.example/contacts/1/record/0-1/hs_9-a' } });
    const { outcome, captures } = await send();
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: 'hs_9-a' });
    expect(captures).toEqual({ link: 'https://app.hubspot.example/contacts/1/record/0-1/hs_9-a' });
  });

  it('is not made of nothing', () => {
    const rendered = renderHubspot({ config: configOf(), lead: leadOf({ campaign: 'spring' }), deliveryId: DELIVERY_ID });
    expect(rendered).toMatchObject({ ok: false, mistakes: [{ to: 'email' }] });
  });
});

describe('a contact that is there already', () => {
  beforeEach(() => standIn.contacts.set('512', { email: 'zoe@example.com', firstname: 'Z.', city: 'Austin' }));

  it('is updated with the same bytes, without a search', async () => {
    const { outcome, notes, exchange } = await send();
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: '512' });
    expect(notes).toEqual([expect.stringMatching(/existing contact, 512, was updated/)]);
    expect(calls()).toEqual(['POST /crm/v3/objects/contacts', 'PATCH /crm/v3/objects/contacts/512']);
    expect(standIn.requests[1]?.body).toBe(standIn.requests[0]?.body);
    expect(standIn.contacts.get('512')).toEqual({ email: 'zoe@example.com', firstname: 'Zoë', phone: '512 555 0142', city: 'Austin' });
    expect(exchange?.result).toMatchObject({ status: 409 });
  });

  it('is left as it is with `accept`', async () => {
    const { outcome, notes } = await send(ZOE, { onDuplicate: 'accept' });
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: '512' });
    expect(notes).toHaveLength(1);
    expect(calls()).toHaveLength(1);
    expect(standIn.contacts.get('512')?.['firstname']).toBe('Z.');
  });

  it('is a refusal with `reject`', async () => {
    const { outcome } = await send(ZOE, { onDuplicate: 'reject' });
    expect(outcome).toMatchObject({ outcome: 'failure', recipientId: '512', reason: expect.stringMatching(/^duplicate/) as string });
    expect(calls()).toHaveLength(1);
  });

  it.each([
    ['a failing system', { status: 502 }, { kind: 'transient', code: 'http-status' }],
    ['a limit', failed(429, 'RATE_LIMITS', 'limit', { policyName: 'TEN_SECONDLY_ROLLING' }), { kind: 'transient', code: 'rate-limited', retryAfterMs: 10_000 }],
    ['a contact deleted meanwhile', { status: 404 }, { kind: 'transient', code: 'http-status' }],
    ['another conflict', failed(409, 'CONFLICT', 'Existing ID: 9'), { kind: 'permanent', code: 'rule' }],
    ['no right to update', failed(403, 'MISSING_SCOPES', 'no'), { kind: 'permanent', code: 'forbidden' }],
    ['no answer', 'hang', { kind: 'unknown', code: 'timeout' }],
    ['a broken connection', 'lost', { kind: 'unknown', code: 'connection' }],
  ] as const)('and cannot be updated for %s is no success', async (_name, answer, error) => {
    standIn.told.push(null, answer);
    // Long enough for the create, however busy the machine is: what is left is waited for in vain.
    const { outcome } = await send(ZOE, answer === 'hang' ? { timeout: '2s' } : {});
    expect(outcome).toMatchObject({ outcome: 'error', ...error, reason: expect.stringMatching(/^HubSpot has a contact of this email already \(512\)/) as string });
    expect(calls()).toHaveLength(2);
  });
});

describe('an attempt that is made again', () => {
  it('finds its own contact when the answer was lost', async () => {
    standIn.told.push('lost');
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    const { outcome } = await send();
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: '501' });
    expect([...standIn.contacts.keys()]).toEqual(['501']);
  });
});

describe('a refusal', () => {
  it('of a value is about this lead and says nothing of the next', async () => {
    const { outcome } = await send({ ...ZOE, email: 'zoe at example' });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'invalid-data' });
    expect(outcome.reason).toContain('email INVALID_EMAIL');
    expect(outcome.reason).not.toContain('zoe at example');
  });

  it('of a property that is not there is an error that names it', async () => {
    const { outcome } = await send(ZOE, { map: [{ to: 'roof_type', value: 'flat' }] });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'rule' });
    expect(outcome.reason).toContain('roof_type PROPERTY_DOESNT_EXIST');
  });

  it.each([
    ['INVALID_OPTION', { outcome: 'error', kind: 'permanent', code: 'invalid-data' }],
    ['READ_ONLY_VALUE', { outcome: 'error', kind: 'permanent', code: 'rule' }],
  ])('is read from the message where its list of errors is missing: %s', async (code, expected) => {
    const quoted = JSON.stringify([{ isValid: false, message: 'made up', error: code, name: 'state', localizedErrorMessage: 'made up' }]);
    standIn.told.push(failed(400, 'VALIDATION_ERROR', `Property values were not valid: ${quoted}`));
    const { outcome } = await send();
    expect(outcome).toMatchObject(expected);
    expect(outcome.reason).toContain(`state ${code}`);
  });
});

describe('an app with OAuth', () => {
  const app = { accessToken: undefined, ...HubspotStandIn.APP, refreshToken: 'refresh-made-up' };

  it('gets its token from the newer endpoint, with everything in the body, once for many leads', async () => {
    const tokens = askedTokens();
    await send(ZOE, app, tokens);
    await send({ ...ZOE, email: 'yan@example.com' }, app, tokens);
    expect(calls()).toEqual(['POST /oauth/2026-03/token', 'POST /crm/v3/objects/contacts', 'POST /crm/v3/objects/contacts']);
    expect(Object.fromEntries(new URLSearchParams(standIn.requests[0]?.body))).toEqual({ grant_type: 'refresh_token', refresh_token: 'refresh-made-up', client_id: 'app-1', client_secret: 'app-secret+/&' });
    expect(standIn.requests[0]?.authorization).toBe('');
  });

  it('has a token that ended renewed once, within the attempt', async () => {
    const tokens = askedTokens();
    await send(ZOE, app, tokens);
    standIn.accessTokens.clear();
    expect((await send({ ...ZOE, email: 'yan@example.com' }, app, tokens)).outcome).toMatchObject({ outcome: 'success', recipientId: '502' });
    expect(calls().filter((call) => call.includes('token'))).toHaveLength(2);
  });

  it('has it renewed too when it ended between create and update', async () => {
    standIn.contacts.set('512', { email: 'zoe@example.com' });
    standIn.told.push(null, failed(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired'));
    expect((await send(ZOE, app, askedTokens())).outcome).toMatchObject({ outcome: 'success', recipientId: '512' });
    expect(calls().filter((call) => call.startsWith('PATCH'))).toHaveLength(2);
  });

  it('that was removed shuts the destination', async () => {
    standIn.told.push({ status: 401 }, { status: 401 });
    expect((await send(ZOE, app, askedTokens())).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized' });
    standIn.refreshTokens.clear();
    expect((await send(ZOE, app, askedTokens())).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized' });
  });
});

describe('a preview', () => {
  it.each([
    ['update', { outcome: 'success', recipientId: '512' }, 1],
    ['accept', { outcome: 'success', recipientId: '512' }, 1],
    ['reject', { outcome: 'failure' }, 0],
  ])('says what a conflict leads to with `onDuplicate: %s`', (onDuplicate, outcome, problems) => {
    const body = Buffer.from(JSON.stringify({ message: 'Contact already exists. Existing ID: 512' }));
    const reading = hubspotChannel.readAnswer?.(configOf({ onDuplicate }), { status: 409, headers: [], body, bodyTruncated: false }, new Date());
    expect(reading).toMatchObject({ outcome });
    expect(reading?.problems).toHaveLength(problems);
  });

  it('shows the request without a token', () => {
    const config = configOf();
    const rendered = renderHubspot({ config, lead: leadOf(ZOE), deliveryId: DELIVERY_ID });
    const shown = rendered.ok ? hubspotChannel.preview?.({ config, request: rendered.request, deliveryId: DELIVERY_ID, now: new Date() }) : undefined;
    expect(shown?.headers).toContainEqual(['Authorization', 'Bearer ********']);
  });
});

describe('the limit', () => {
  it('never lets more than 100 requests out in ten seconds, by the token', () => {
    const limit = hubspotChannel.limit?.(configOf(), BARE_INSTALLATION);
    expect(limit).toMatchObject({ credential: 'pat-na1-made-up', per: 'second' });
    expect((limit?.burst ?? 0) + 10 * (limit?.requests ?? 0)).toBe(100);
  });
});
