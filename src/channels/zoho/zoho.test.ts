import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { askedTokens } from '../tokens/simple-tokens.test-support.ts';
import { apiOf } from './addresses.ts';
import { zohoConfigSchema } from './config.ts';
import { zohoChannel } from './index.ts';
import { zohoTokenSettings } from './tokens.ts';
import { ZohoCrm } from './zoho-crm.test-support.ts';

const ONE = '00000000-0000-5000-8000-000000000001';
const TWO = '00000000-0000-5000-8000-000000000002';
const ZOE = { first_name: 'Zoë', last_name: 'O’Neil', email: 'zoe@example.com', phone: '5125550142' };
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

let crm: ZohoCrm;
let tokens = askedTokens();
beforeEach(async () => {
  crm = await ZohoCrm.start();
  tokens = askedTokens();
});
afterEach(() => crm.close());

const configOf = (more: Record<string, unknown> = {}) => zohoConfigSchema.parse({ id: 'crm', type: 'zoho', baseUrl: crm.baseUrl, ...ZohoCrm.CLIENT, ...more });

function render(fields: Record<string, unknown>, more: Record<string, unknown> = {}, deliveryId = ONE) {
  const rendered = zohoChannel.render({ config: configOf(more), lead: leadOf(fields), deliveryId }, BARE_INSTALLATION);
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
  return rendered.request;
}

function send(more: Record<string, unknown> = {}, fields: Record<string, unknown> = ZOE, deliveryId = ONE) {
  const request = render(fields, more, deliveryId);
  return zohoChannel.send({ config: configOf(more), request, deliveryId, http, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
}

const bodyOf = (fields: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => JSON.parse(Buffer.from(render(fields, more).body ?? []).toString());

describe('a lead as a record of Zoho', () => {
  it('has the usual fields under their API names, as texts', () => {
    expect(bodyOf({ ...ZOE, phone: 5125550142, cell: '1', company: 'Acme', position: 'CEO', address: '1 Main St', city: 'Austin', state: 'TX', zip: 78704, country: 'US', url: 'acme.example', comments: 'Hi', campaign: 'x' })).toEqual({
      data: [{
        First_Name: 'Zoë', Last_Name: 'O’Neil', Email: 'zoe@example.com', Phone: '5125550142', Mobile: '1', Company: 'Acme', Designation: 'CEO', Street: '1 Main St', City: 'Austin', State: 'TX',
        Zip_Code: '78704', Country: 'US', Website: 'acme.example', Description: 'Hi',
      }],
      duplicate_check_fields: ['Email'],
    });
  });

  it('gets a last name and a company where the lead has none, but for an update, which could put them over what they know', () => {
    const accept = { onDuplicate: 'accept' };
    expect(bodyOf({ first_name: 'Zoë', phone: '1' }, accept)).toEqual({ data: [{ First_Name: 'Zoë', Phone: '1', Last_Name: '1', Company: 'Zoë' }] });
    expect(bodyOf(ZOE, accept)).toMatchObject({ data: [{ Last_Name: 'O’Neil', Company: 'Zoë O’Neil' }] });
    expect(bodyOf({ email: `${'z'.repeat(90)}@example.com` }, { ...accept, map: [{ to: 'Company', value: null }] })).toMatchObject({ data: [{ Last_Name: 'z'.repeat(80), Company: null }] });
    expect(bodyOf({}, accept)).toEqual({ data: [{ Last_Name: 'Unknown', Company: 'Unknown' }] });
    expect(bodyOf({ phone: '1' })).toEqual({ data: [{ Phone: '1' }] });
  });

  it('has what `map` says on top, with types and lists, the delivery’s id, and what it shall set off', () => {
    const map = [{ to: 'Interests', value: ['solar', 'roof'] }, { to: 'Budget', value: 1200 }, { to: 'Description', template: 'From {state}' }];
    expect(bodyOf({ ...ZOE, state: 'TX', message: 'Hi' }, { map, externalIdField: 'Delivery_ID', trigger: ['workflow'], duplicateCheckFields: ['Phone', 'Mobile', 'Email'] })).toMatchObject({
      data: [{ Interests: ['solar', 'roof'], Budget: 1200, Description: 'From TX', Delivery_ID: ONE }],
      duplicate_check_fields: ['Delivery_ID', 'Phone', 'Email'],
      trigger: ['workflow'],
    });
    expect(bodyOf(ZOE, { trigger: [] })).toMatchObject({ trigger: [] });
  });

  it.each([
    [{ onDuplicate: 'update' }, '/crm/v8/Leads/upsert', ['Email']],
    [{ onDuplicate: 'update', externalIdField: 'Delivery_ID' }, '/crm/v8/Leads/upsert', ['Delivery_ID', 'Email']],
    [{ onDuplicate: 'accept' }, '/crm/v8/Leads', undefined],
    [{ onDuplicate: 'reject' }, '/crm/v8/Leads', undefined],
    [{ onDuplicate: 'accept', externalIdField: 'Delivery_ID' }, '/crm/v8/Leads/upsert', ['Delivery_ID']],
    [{ onDuplicate: 'reject', externalIdField: 'Delivery_ID' }, '/crm/v8/Leads/upsert', ['Delivery_ID']],
  ])('goes where %j can be kept', (more, path, checked) => {
    expect(render(ZOE, more).url).toBe(path);
    expect(bodyOf(ZOE, more)).toEqual(expect.objectContaining(checked === undefined ? { data: expect.anything() as unknown } : { duplicate_check_fields: checked }));
  });
});

describe('Zoho’s data centres', () => {
  it.each([
    [{}, 'https://www.zohoapis.com', 'https://accounts.zoho.com'],
    [{ dataCentre: 'eu' }, 'https://www.zohoapis.eu', 'https://accounts.zoho.eu'],
    [{ dataCentre: 'au' }, 'https://www.zohoapis.com.au', 'https://accounts.zoho.com.au'],
    [{ dataCentre: 'ca' }, 'https://www.zohoapis.ca', 'https://accounts.zohocloud.ca'],
    [{ dataCentre: 'cn' }, 'https://www.zohoapis.com.cn', 'https://accounts.zoho.com.cn'],
    [{ baseUrl: 'https://gateway.example/zoho/' }, 'https://gateway.example/zoho', 'https://gateway.example/zoho'],
  ])('with %j are reached at %s, and give out tokens at %s', (more, api, accounts) => {
    const config = zohoConfigSchema.parse({ id: 'crm', type: 'zoho', ...ZohoCrm.CLIENT, ...more });
    expect(zohoChannel.preview?.({ config, request: render(ZOE), deliveryId: ONE, now: new Date() }).url).toBe(`${api}/crm/v8/Leads/upsert`);
    expect(zohoTokenSettings(config)).toMatchObject({ tokenUrl: `${accounts}/oauth/v2/token` });
  });
});

describe('where the API is', () => {
  it.each([
    [{ dataCentre: 'eu' }, 'https://sandbox.zohoapis.eu', 'https://sandbox.zohoapis.eu'],
    [{ dataCentre: 'COM' }, 'https://www.zohoapis.com/', 'https://www.zohoapis.com'],
    [{}, 'https://elsewhere.example', 'https://www.zohoapis.com'],
    [{}, undefined, 'https://www.zohoapis.com'],
    [{}, 'javascript:alert(1)', 'https://www.zohoapis.com'],
    [{ baseUrl: 'https://gateway.example/zoho' }, 'https://www.zohoapis.com.au', 'https://gateway.example/zoho'],
    [{ baseUrl: 'https://gateway.example/zoho' }, 'https://api.gateway.example/', 'https://api.gateway.example'],
    [{ baseUrl: 'https://gateway.example/zoho' }, 'http://api.gateway.example', 'https://gateway.example/zoho'],
    [{ baseUrl: 'http://127.0.0.1:1/' }, 'http://127.0.0.1:2', 'http://127.0.0.1:2'],
  ])('with %j and a token of %s is %s', (more, said, api) => {
    const config = zohoConfigSchema.parse({ id: 'crm', type: 'zoho', ...ZohoCrm.CLIENT, ...more });
    expect(apiOf(config, said === undefined ? {} : { api_domain: said })).toBe(api);
  });

  it('comes with the token', async () => {
    const elsewhere = await ZohoCrm.start();
    onTestFinished(() => elsewhere.close());
    crm.apiDomain = `${elsewhere.baseUrl}/`;
    await send();
    expect([crm.requests.length, elsewhere.requests.length]).toEqual([0, 2]);
  });
});

describe('tokens of Zoho', () => {
  it('are used until they are refused, and then asked for once', async () => {
    await send();
    await send();
    expect(crm.tokenCalls).toBe(1);
    crm.revokeToken();
    const { outcome, notes } = await send({}, ZOE, TWO);
    expect(outcome).toMatchObject({ outcome: 'success' });
    expect(notes).toContainEqual(expect.stringContaining('new one'));
    expect(crm.tokenCalls).toBe(2);
  });

  it('are not asked for again when the scope is missing, though that is a 401 too', async () => {
    crm.failures.push({ status: 401, body: { code: 'OAUTH_SCOPE_MISMATCH', details: {}, message: 'invalid oauth scope to access this URL', status: 'error' } });
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'forbidden' });
    expect(crm.tokenCalls).toBe(1);
  });

  it('that were refused with another status than 401 are renewed too', async () => {
    crm.failures.push({ status: 400, body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' } });
    expect((await send()).outcome).toMatchObject({ outcome: 'success' });
    expect(crm.tokenCalls).toBe(2);
  });

  it('asked for too often are a matter of time, not of credentials', async () => {
    crm.tokenCalls = ZohoCrm.TOKENS_IN_TEN_MINUTES;
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'transient', code: 'rate-limited', retryAfterMs: 60_000 });
    expect(crm.requests).toEqual([]);
  });

  it.each([
    [{ clientSecret: 'another-secret' }, 'client id and secret'],
    [{ refreshToken: '1000.another-refresh-token' }, 'new refresh token'],
  ])('that are not given out shut the destination: %j', async (more, advice) => {
    const { outcome } = await send(more);
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized', reason: expect.stringContaining(advice) as unknown });
    for (const secret of Object.values(more)) expect(outcome.reason).not.toContain(secret);
  });
});

describe('a delivery to Zoho', () => {
  it('is a record, with its id and where to open it', async () => {
    const { outcome, captures } = await send({ dataCentre: 'eu' });
    const [id = ''] = crm.rows.keys();
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: id, reason: 'record added' });
    expect(captures).toEqual({ link: `https://crm.zoho.eu/crm/tab/Leads/${id}` });
    expect(crm.requests[0]?.headers.authorization).toMatch(/^Zoho-oauthtoken 1000\./);
  });

  it.each([{}, { onDuplicate: 'update', externalIdField: 'Delivery_ID' }, { onDuplicate: 'accept', externalIdField: 'Delivery_ID' }, { onDuplicate: 'reject', externalIdField: 'Delivery_ID' }])(
    'with %j is one record, however often it is repeated',
    async (more) => {
      for (const field of ['Email', 'Delivery_ID']) crm.uniqueFields.add(field);
      crm.failures.push('lose-answer');
      expect((await send(more)).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
      expect((await send(more)).outcome).toMatchObject({ outcome: 'success', recipientId: [...crm.rows.keys()][0] });
      expect(crm.rows.size).toBe(1);
    },
  );

  it('reads the record’s status, not the HTTP status', async () => {
    const { outcome } = await send({ map: [{ to: 'Last_Name', value: '' }] });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'invalid-data' });
    expect(outcome.reason).toContain('MANDATORY_NOT_FOUND (Last_Name)');
  });

  it('says which fields several errors are about', async () => {
    const errors = [{ code: 'INVALID_DATA', details: { api_name: 'Email' }, message: 'm' }, { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Company' }, message: 'm' }];
    crm.failures.push({ status: 202, body: { data: [{ code: 'MULTIPLE_OR_MULTI_ERRORS', details: { errors }, message: 'several', status: 'error' }] } });
    expect((await send()).outcome.reason).toContain('INVALID_DATA Email, MANDATORY_NOT_FOUND Company');
  });
});

describe('a lead without a name', () => {
  const nameless = { email: 'zoe@example.com', phone: '5125550142' };

  it('is made with what stands in for what they insist on, and nothing more', async () => {
    crm.mandatoryFields.add('Company');
    const { outcome, notes } = await send({}, nameless);
    expect(outcome).toMatchObject({ outcome: 'success' });
    expect(notes).toEqual([expect.stringContaining('insist on Last_Name'), expect.stringContaining('insist on Company')]);
    expect([...crm.rows.values()]).toEqual([{ Email: 'zoe@example.com', Phone: '5125550142', Last_Name: 'zoe@example.com', Company: 'zoe@example.com' }]);
  });

  it('leaves the names alone that the record has when it is updated', async () => {
    crm.mandatoryFields.add('Company');
    await send({ map: [{ to: 'Company', value: 'Acme' }] });
    const { outcome, notes } = await send({}, { ...nameless, phone: '5125550199' }, TWO);
    expect(outcome).toMatchObject({ outcome: 'success', reason: 'record updated' });
    expect(notes).toBeUndefined();
    expect([...crm.rows.values()]).toEqual([expect.objectContaining({ Last_Name: 'O’Neil', Company: 'Acme', Phone: '5125550199' })]);
  });
});

describe('a lead that Zoho has already', () => {
  const later = { ...ZOE, phone: '5125550199' };
  beforeEach(() => send());

  it('updates its record by default', async () => {
    const { outcome } = await send({}, later, TWO);
    expect(outcome).toMatchObject({ outcome: 'success', reason: 'record updated', recipientId: [...crm.rows.keys()][0] });
    expect([...crm.rows.values()]).toEqual([expect.objectContaining({ Phone: '5125550199' })]);
  });

  it('becomes a second record with accept, unless a field of theirs is unique', async () => {
    expect((await send({ onDuplicate: 'accept' }, later, TWO)).outcome).toMatchObject({ outcome: 'success' });
    expect(crm.rows.size).toBe(2);
    crm.uniqueFields.add('Email');
    expect((await send({ onDuplicate: 'accept' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'invalid-data' });
  });

  it('is refused with reject where a field of theirs is unique, with the record that they have', async () => {
    crm.uniqueFields.add('Email');
    const { outcome } = await send({ onDuplicate: 'reject', externalIdField: 'Delivery_ID' }, later, TWO);
    expect(outcome).toMatchObject({ outcome: 'failure', billable: false, recipientId: [...crm.rows.keys()][0] });
    expect(outcome.reason).toContain('DUPLICATE_DATA (Email)');
  });

  it('says with update which field to look by, when another one is unique', async () => {
    crm.uniqueFields.add('Phone');
    const { outcome } = await send({}, { ...ZOE, email: 'other@example.com' }, TWO);
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'invalid-data' });
    expect(outcome.reason).toContain('add Phone to `duplicateCheckFields`');
  });
});

describe('what the configuration tells', () => {
  it('warns of plain http, and of repeated attempts that cannot be told from new leads', () => {
    expect(zohoChannel.check?.(configOf({ onDuplicate: 'accept' }))).toMatchObject([{ path: ['onDuplicate'], severity: 'warning' }, { path: ['baseUrl'], severity: 'warning' }]);
    expect(zohoChannel.check?.(configOf({ baseUrl: undefined }))).toEqual([]);
  });

  it('shows in a preview where the token goes', () => {
    expect(zohoChannel.preview?.({ config: configOf(), request: render(ZOE), deliveryId: ONE, now: new Date() }).headers).toContainEqual(['Authorization', 'Zoho-oauthtoken ********']);
  });
});
