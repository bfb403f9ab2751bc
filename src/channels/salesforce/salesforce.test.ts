import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../domain/config/parse.ts';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { bindChannel } from '../bind-channel.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { Redactions } from '../../domain/masking/mask.ts';
import { maskRequest } from '../masking.ts';
import { showResult } from '../shown-result.ts';
import { previewDelivery } from '../preview.ts';
import { destinationChecks, destinationSchemas } from '../registry.ts';
import { askedTokens } from '../tokens/simple-tokens.test-support.ts';
import { salesforceConfigSchema } from './config.ts';
import { salesforceChannel } from './index.ts';
import { failed, Organisation } from './organisation.test-support.ts';

const ONE = '00000000-0000-5000-8000-000000000001';
const TWO = '00000000-0000-5000-8000-000000000002';
const FIRST_RECORD = '00Q000000000000001';
const ZOE = { first_name: 'Zoë', last_name: 'O’Neil', email: 'zoe@example.com', phone: '5125550142' };
const WITH_ID = { externalIdField: Organisation.EXTERNAL_ID };
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

let organisation: Organisation;
let tokens = askedTokens();
beforeEach(async () => {
  organisation = await Organisation.start();
  tokens = askedTokens();
});
afterEach(() => organisation.close());

const documentOf = (more: Record<string, unknown> = {}) => ({ id: 'crm', type: 'salesforce', baseUrl: organisation.loginUrl, ...Organisation.CLIENT, refreshToken: organisation.refreshToken, ...more });
const configOf = (more: Record<string, unknown> = {}) => salesforceConfigSchema.parse(documentOf(more));
const formOf = (more: Record<string, unknown> = {}) => salesforceConfigSchema.parse({ id: 'form', type: 'salesforce', mode: 'web-to-lead', baseUrl: organisation.loginUrl, oid: Organisation.OID, ...more });

function render(fields: Record<string, unknown>, config = configOf(), deliveryId = ONE) {
  const rendered = salesforceChannel.render({ config, lead: leadOf(fields), deliveryId }, BARE_INSTALLATION);
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
  return rendered.request;
}

function sendBy(config: ReturnType<typeof configOf>, fields: Record<string, unknown> = ZOE, deliveryId = ONE, client = http) {
  const request = render(fields, config, deliveryId);
  return salesforceChannel.send({ config, request, deliveryId, http: client, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
}

const send = (more: Record<string, unknown> = {}, fields: Record<string, unknown> = ZOE, deliveryId = ONE) => sendBy(configOf(more), fields, deliveryId);
const bodyOf = (fields: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => JSON.parse(Buffer.from(render(fields, configOf(more)).body ?? []).toString());
const linkTo = (id: string) => `${organisation.instanceUrl}/${id}`;
const asked = () => organisation.requests.map(({ method, url }) => `${method} ${url.replace('/services/data/v62.0/sobjects/', '')}`);

describe('a lead as a record of Salesforce', () => {
  it('has the usual fields under their API names, as texts', () => {
    expect(bodyOf({ ...ZOE, phone: 5125550142, cell: '1', company: 'Acme', position: 'CEO', address: '1 Main St', city: 'Austin', state: 'TX', zip: 78704, country: 'US', url: 'acme.example', comments: 'Hi', campaign: 'x' })).toEqual({
      FirstName: 'Zoë', LastName: 'O’Neil', Email: 'zoe@example.com', Phone: '5125550142', MobilePhone: '1', Company: 'Acme', Title: 'CEO', Street: '1 Main St',
      City: 'Austin', State: 'TX', PostalCode: '78704', Country: 'US', Website: 'acme.example', Description: 'Hi',
    });
  });

  it('gets a last name and a company where the lead has none', () => {
    expect(bodyOf({ email: 'zoe.oneil@example.com' })).toEqual({ Email: 'zoe.oneil@example.com', LastName: 'zoe.oneil', Company: '[not provided]' });
    expect(bodyOf({ first_name: 'Zoë', last_name: 'O’Neil' })).toEqual({ FirstName: 'Zoë', LastName: 'O’Neil', Company: 'Zoë O’Neil' });
    expect(bodyOf({})).toEqual({ LastName: '[not provided]', Company: '[not provided]' });
  });

  it('has what `map` says on top, types and nulls as they are', () => {
    const map = [{ to: 'LeadSource', value: 'Partner' }, { to: 'Budget__c', value: 1200 }, { to: 'Company', value: null }];
    expect(bodyOf({ last_name: 'Dyke' }, { map })).toEqual({ LastName: 'Dyke', LeadSource: 'Partner', Budget__c: 1200, Company: null });
  });

  it('is of another object what `map` says, and nothing else', () => {
    expect(bodyOf(ZOE, { object: 'Enquiry__c', map: [{ to: 'Mail__c', from: 'email' }] })).toEqual({ Mail__c: 'zoe@example.com' });
    expect(render(ZOE, configOf({ object: 'Enquiry__c', apiVersion: 64, ...WITH_ID }))).toMatchObject({ method: 'PATCH', url: `/services/data/v64.0/sobjects/Enquiry__c/Leadrail_Id__c/${ONE}` });
  });
});

describe('tokens of Salesforce', () => {
  it('are asked for by a refresh token, or without one by the app itself', async () => {
    await send(WITH_ID);
    expect(Object.fromEntries(organisation.tokenCalls[0] ?? [])).toEqual({ grant_type: 'refresh_token', refresh_token: '5Aep.first-refresh-token', client_id: '3MVG9.client', client_secret: 'salesforce-secret/+' });
    tokens = askedTokens();
    expect((await send({ ...WITH_ID, refreshToken: undefined })).outcome).toMatchObject({ outcome: 'success' });
    expect(organisation.tokenCalls[1]?.get('grant_type')).toBe('client_credentials');
  });

  it('are renewed once when the session is over', async () => {
    await send(WITH_ID);
    organisation.revokeToken();
    const { outcome, notes } = await send({ ...WITH_ID, refreshToken: organisation.refreshToken });
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: FIRST_RECORD });
    expect(notes).toContainEqual(expect.stringContaining('401'));
    expect(organisation.tokenCalls).toHaveLength(2);
  });

  it('that are not given out any more shut the destination, and no reason tells the secret', async () => {
    const { outcome } = await send({ ...WITH_ID, refreshToken: 'an-old-refresh-token' });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized' });
    expect(outcome.reason).toMatch(/invalid_grant/);
    expect(outcome.reason).not.toContain('an-old-refresh-token');
    expect(organisation.requests).toEqual([]);
  });

  it('say where the API is; what they say is held against the address policy', async () => {
    organisation.instanceUrl = 'http://10.9.8.7:9';
    const { outcome } = await send(WITH_ID);
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'address-refused' });
    expect(organisation.requests).toEqual([]);
  });

  it('that name no address that can be used send nothing, and those that name none mean the login address', async () => {
    organisation.instanceUrl = 'javascript:alert(1)';
    expect((await send(WITH_ID)).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'rule', reason: expect.stringContaining('instance_url') as string });
    expect(organisation.requests).toEqual([]);
    tokens = askedTokens();
    organisation.instanceUrl = undefined;
    await send({ ...WITH_ID, refreshToken: organisation.refreshToken });
    expect(organisation.requests.map(({ headers }) => headers['host'])).toEqual([new URL(organisation.loginUrl).host]);
  });
});

describe('a delivery to Salesforce', () => {
  it('is an upsert by the delivery’s id at the instance, which links to the record', async () => {
    const { outcome, captures } = await send(WITH_ID);
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: FIRST_RECORD });
    expect(captures).toEqual({ link: linkTo(FIRST_RECORD) });
    expect(asked()).toEqual([`PATCH Lead/Leadrail_Id__c/${ONE}`]);
    expect(organisation.rows.get(FIRST_RECORD)).toMatchObject({ Email: 'zoe@example.com', Leadrail_Id__c: ONE });
  });

  it('finds its own record when it is repeated after an answer that was lost', async () => {
    organisation.duplicateRule = 'block';
    organisation.failures.push('lose-answer');
    expect((await send(WITH_ID)).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    expect((await send(WITH_ID)).outcome).toMatchObject({ outcome: 'success', recipientId: FIRST_RECORD });
    expect(organisation.rows.size).toBe(1);
  });

  it('takes an answer without a body, and several records with its id for an error', async () => {
    organisation.failures.push({ status: 204 });
    expect((await send(WITH_ID)).outcome).toEqual({ outcome: 'success', billable: true });
    organisation.rows.set('a', { Leadrail_Id__c: ONE }).set('b', { Leadrail_Id__c: ONE });
    expect((await send(WITH_ID)).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'rule' });
  });

  it('is a create where there is no field for its id, which may be there twice', async () => {
    organisation.failures.push('lose-answer');
    await send();
    expect((await send()).outcome).toMatchObject({ outcome: 'success' });
    expect(asked()).toEqual(['POST Lead', 'POST Lead']);
    expect(organisation.rows.size).toBe(2);
  });

  it('tells which fields an error is about', async () => {
    const { outcome } = await send(WITH_ID, ZOE, ONE).then(() => send({ ...WITH_ID, map: [{ to: 'Company', value: '' }] }, ZOE, TWO));
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'invalid-data', reason: expect.stringContaining('REQUIRED_FIELD_MISSING (Company)') as string });
  });

  it('has evidence of the address that it really went to', async () => {
    const result = await send(WITH_ID);
    const { secrets = [] } = result;
    const request = render(ZOE, configOf(WITH_ID));
    const rendered = { request, masked: maskRequest(request, Redactions.none) };
    const evidence = showResult(result, { rendered, exchanges: [], redactions: Redactions.none, isLookUp: false }).sent;
    expect(evidence?.request.url).toBe(`${organisation.instanceUrl}/services/data/v62.0/sobjects/Lead/Leadrail_Id__c/${ONE}`);
    expect(JSON.stringify(evidence)).not.toContain(secrets[0]);
  });
});

describe('a lead that a duplicate rule of theirs stops', () => {
  const another = { ...ZOE, phone: '5125550199', last_name: '', first_name: '', full_name: '' };
  beforeEach(async () => {
    await send(WITH_ID);
    organisation.requests.length = 0;
  });

  it('updates the lead that the answer names, not the contact, and not with what stood in for a name', async () => {
    organisation.duplicateRule = 'alert';
    const { outcome, captures, notes } = await send({ ...WITH_ID, refreshToken: organisation.refreshToken }, another, TWO);
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: FIRST_RECORD });
    expect(captures).toEqual({ link: linkTo(FIRST_RECORD) });
    expect(notes).toEqual([expect.stringContaining('updated')]);
    expect(asked()).toEqual([`PATCH Lead/Leadrail_Id__c/${TWO}`, `PATCH Lead/${FIRST_RECORD}`]);
    expect([...organisation.rows.values()]).toEqual([{ FirstName: 'Zoë', LastName: 'O’Neil', Company: 'Zoë O’Neil', Email: 'zoe@example.com', Phone: '5125550199', Leadrail_Id__c: ONE }]);
  });

  it('is accepted when the answer names no record, or one that takes no changes', async () => {
    organisation.duplicateRule = 'alert';
    organisation.failures.push(failed(400, 'DUPLICATES_DETECTED'));
    expect((await send(WITH_ID, another, TWO)).outcome).toMatchObject({ outcome: 'success', recipientId: '00Q000000000000002' });
    organisation.failures.push(null, failed(400, 'CANNOT_UPDATE_CONVERTED_LEAD'));
    expect((await send(WITH_ID, another, '00000000-0000-5000-8000-000000000003')).outcome).toMatchObject({ outcome: 'success', recipientId: '00Q000000000000003' });
  });

  it('is accepted when told so: sent once more, past the rule', async () => {
    organisation.duplicateRule = 'alert';
    const { outcome, notes } = await send({ ...WITH_ID, onDuplicate: 'accept' }, another, TWO);
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: '00Q000000000000002' });
    expect(notes).toEqual([expect.stringContaining('allowSave')]);
    expect(organisation.requests.map(({ headers }) => headers['sforce-duplicate-rule-header'])).toEqual([undefined, 'allowSave=true']);
    expect(organisation.requests[0]?.body).toEqual(organisation.requests[1]?.body);
  });

  it('is refused where the rule blocks, or when told so', async () => {
    organisation.duplicateRule = 'block';
    expect((await send({ ...WITH_ID, onDuplicate: 'accept' }, another, TWO)).outcome).toMatchObject({ outcome: 'failure', billable: false });
    expect(organisation.requests).toHaveLength(2);
    const { outcome } = await send({ ...WITH_ID, onDuplicate: 'reject' }, another, TWO);
    expect(outcome).toMatchObject({ outcome: 'failure', recipientId: FIRST_RECORD, reason: expect.stringContaining('onDuplicate') as string });
    expect(organisation.requests).toHaveLength(3);
  });

  it('and whose second request fails goes by that', async () => {
    organisation.duplicateRule = 'alert';
    organisation.failures.push(null, 'lose-answer');
    expect((await send(WITH_ID, another, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'connection' });
    organisation.failures.push(null, failed(400, 'UNABLE_TO_LOCK_ROW'));
    expect((await send(WITH_ID, another, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient' });
    organisation.failures.push(null, failed(401, 'INVALID_SESSION_ID'));
    expect((await send(WITH_ID, another, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient', code: 'http-status' });
  });
});

describe('a lead as a form of Web-to-Lead', () => {
  const formTextOf = (fields: Record<string, unknown>, more: Record<string, unknown> = {}) => Buffer.from(render(fields, formOf(more)).body ?? []).toString();

  it('has the names of their form, and custom fields by their ids', async () => {
    const map = [{ to: '00N5e00000AbCdE', from: 'campaign' }, { to: 'lead_source', value: 'Partner' }, { to: '00N5e00000AbCdF', value: ['a', 'b'] }];
    expect((await sendBy(formOf({ map }), { ...ZOE, cell: '1', position: 'CEO', zip: 78704, url: 'acme.example', comments: 'Grüße & more', campaign: 'x' })).outcome).toEqual({ outcome: 'success', billable: true });
    expect([...(organisation.forms[0] ?? [])]).toEqual([
      ['oid', Organisation.OID], ['first_name', 'Zoë'], ['last_name', 'O’Neil'], ['email', 'zoe@example.com'], ['phone', '5125550142'], ['mobile', '1'], ['title', 'CEO'], ['zip', '78704'], ['URL', 'acme.example'],
      ['description', 'Grüße & more'], ['00N5e00000AbCdE', 'x'], ['lead_source', 'Partner'], ['00N5e00000AbCdF', 'a'], ['00N5e00000AbCdF', 'b'], ['company', 'Zoë O’Neil'],
    ]);
    expect(organisation.tokenCalls).toEqual([]);
  });

  it('gets a last name and a company where the lead has none', () => {
    expect(formTextOf({ email: 'zoe@example.com' })).toBe(`oid=${Organisation.OID}&email=zoe%40example.com&last_name=zoe&company=%5Bnot%20provided%5D`.replace('%20', '+'));
  });

  it('fails for good when the header tells of an exception', async () => {
    expect((await sendBy(formOf({ oid: '00D5e0000000000' }))).outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'rule', reason: expect.stringContaining('SalesforceGenericException') as string });
  });

  it('that may have arrived is left in doubt, and not sent again', async () => {
    organisation.failures.push('lose-answer');
    const config = formOf();
    expect((await sendBy(config)).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    const doubt = { since: '2026-03-01T10:00:00.000Z', until: '2026-03-01T10:00:01.000Z' };
    const order = { config, request: render(ZOE, config), deliveryId: ONE, http, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() };
    expect((await salesforceChannel.reconcile?.({ ...order, doubt }))?.outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    expect(organisation.forms).toHaveLength(1);
  });

  it('is the only one of the two ways that does so', () => {
    const bound = bindChannel(salesforceChannel);
    const canReconcile = (document: Record<string, unknown>) => bound.canReconcile(bound.configSchema.parse(document));
    expect([canReconcile({ id: 'form', type: 'salesforce', mode: 'web-to-lead', oid: Organisation.OID }), canReconcile(documentOf())]).toEqual([true, false]);
  });
});

describe('the configuration of a Salesforce destination', () => {
  const parse = (destination: Record<string, unknown>) => parseConfig({ buyers: [{ id: 'acme', destinations: [destination] }] }, destinationSchemas, destinationChecks);
  const warnings = (destination: Record<string, unknown>) => {
    const parsed = parse(destination);
    return parsed.ok ? parsed.warnings.map(({ path }) => path.replace('buyers[0].destinations[0].', '')) : parsed.mistakes;
  };
  const api = { id: 'crm', type: 'salesforce', ...Organisation.CLIENT, ...WITH_ID };

  it('has defaults, and takes a version however it is written', () => {
    expect(salesforceConfigSchema.parse({ ...api, refreshToken: 'r' })).toMatchObject({ mode: 'api', baseUrl: 'https://login.salesforce.com', object: 'Lead', apiVersion: '62.0', onDuplicate: 'update' });
    expect(['v64.0', '64', 64].map((apiVersion) => salesforceConfigSchema.parse({ ...api, apiVersion }))).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ apiVersion: '64.0' }) as unknown));
    expect(salesforceChannel.credentialPaths(salesforceConfigSchema.parse(api))).toEqual([['clientSecret']]);
  });

  it('is warned of a repeated lead, of client credentials at the wrong address, and of an odd organisation', () => {
    expect(warnings({ ...api, refreshToken: 'secret://r' })).not.toContain('externalIdField');
    expect(warnings({ ...api, refreshToken: 'secret://r', externalIdField: undefined })).toContain('externalIdField');
    expect(warnings(api)).toContain('baseUrl');
    expect(warnings({ ...api, baseUrl: 'https://acme.my.salesforce.com' })).not.toContain('baseUrl');
    expect(warnings({ id: 'form', type: 'salesforce', mode: 'web-to-lead', oid: '12345' })).toContain('oid');
  });

  it('names what is wrong with a mode or a word', () => {
    expect(JSON.stringify(parse({ ...api, mode: 'web2lead' }))).toContain('web-to-lead');
    expect(JSON.stringify(parse({ ...api, onDuplicat: 'x' }))).toContain('did you mean `onDuplicate`');
  });
});

describe('a preview of a Salesforce destination', () => {
  const previewOf = (config: ReturnType<typeof configOf>, answer: { status: number; body: string } | null) => {
    const destination = destinationSchemas['salesforce']?.parse(config.mode === 'api' ? documentOf({ ...WITH_ID, onDuplicate: config.onDuplicate }) : {});
    if (destination === undefined) throw new Error('the type is there');
    const raw = answer && { status: answer.status, headers: [['content-type', 'application/json']] satisfies [string, string][], body: Buffer.from(answer.body), bodyTruncated: false };
    return previewDelivery({ destination, secretValues: [], lead: leadOf(ZOE), deliveryId: ONE, answer: raw, installation: BARE_INSTALLATION, now: new Date() });
  };

  it('shows the login address in the place of the instance, says so, and reads answers', () => {
    const { request, notes, result } = previewOf(configOf(), { status: 201, body: '{"id":"00Q1","success":true,"errors":[]}' });
    expect(request?.url).toBe(`${organisation.loginUrl}/services/data/v62.0/sobjects/Lead/Leadrail_Id__c/${ONE}`);
    expect(notes).toEqual([expect.stringContaining('instance_url')]);
    expect(result?.outcome).toMatchObject({ outcome: 'success', recipientId: '00Q1' });
    const duplicate = { status: 400, body: '[{"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?","fields":[]}]' };
    expect(previewOf(configOf(), duplicate).notes).toContainEqual(expect.stringContaining('allowSave'));
    expect(previewOf(configOf({ onDuplicate: 'reject' }), duplicate).result?.outcome).toMatchObject({ outcome: 'failure' });
  });
});
