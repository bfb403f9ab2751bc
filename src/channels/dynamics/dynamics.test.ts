import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import { BARE_INSTALLATION } from '../installation.ts';
import { noRows } from '../no-rows.test-support.ts';
import { askedTokens } from '../tokens/simple-tokens.test-support.ts';
import { dynamicsConfigSchema } from './config.ts';
import { Dataverse } from './dataverse.test-support.ts';
import { dynamicsChannel } from './index.ts';
import { readDynamicsAnswer } from './read-answer.ts';
import { dynamicsTokenSettings } from './tokens.ts';

const ONE = '00000000-0000-5000-8000-000000000001';
const TWO = '00000000-0000-5000-8000-000000000002';
const ZOE = { first_name: 'Zoë', last_name: 'O’Neil', email: 'zoe@example.com', phone: '5125550142' };
const http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
afterAll(() => http.close());

let dataverse: Dataverse;
let tokens = askedTokens();
beforeEach(async () => {
  dataverse = await Dataverse.start();
  tokens = askedTokens();
});
afterEach(() => dataverse.close());

const configOf = (more: Record<string, unknown> = {}) => dynamicsConfigSchema.parse({ id: 'crm', type: 'dynamics', baseUrl: dataverse.baseUrl, ...Dataverse.CLIENT, ...more });

function render(fields: Record<string, unknown>, more: Record<string, unknown> = {}, deliveryId = ONE) {
  const rendered = dynamicsChannel.render({ config: configOf(more), lead: leadOf(fields), deliveryId }, BARE_INSTALLATION);
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.mistakes));
  return rendered.request;
}

function send(more: Record<string, unknown> = {}, fields: Record<string, unknown> = ZOE, deliveryId = ONE) {
  const request = render(fields, more, deliveryId);
  return dynamicsChannel.send({ config: configOf(more), request, deliveryId, http, installation: BARE_INSTALLATION, tokens, rows: noRows, signal: new AbortController().signal, now: () => new Date() });
}

const bodyOf = (fields: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => JSON.parse(Buffer.from(render(fields, more).body ?? []).toString());
const linkTo = (id: string) => `${dataverse.baseUrl}/main.aspx?etn=lead&pagetype=entityrecord&id=${id}`;
const asked = () => dataverse.requests.map(({ method, url }) => `${method} ${url.replace('/api/data/v9.2', '').replace(/\?.*/, '')}`);

describe('a lead as a record of Dynamics', () => {
  it('has the usual fields under their logical names, as texts, and a topic', () => {
    expect(bodyOf({ ...ZOE, phone: 5125550142, cell: '1', company: 'Acme', position: 'CEO', address: '1 Main St', city: 'Austin', state: 'TX', zip: 78704, country: 'US', url: 'acme.example', comments: 'Hi', campaign: 'x' })).toEqual({
      firstname: 'Zoë', lastname: 'O’Neil', emailaddress1: 'zoe@example.com', telephone1: '5125550142', mobilephone: '1', companyname: 'Acme', jobtitle: 'CEO', address1_line1: '1 Main St',
      address1_city: 'Austin', address1_stateorprovince: 'TX', address1_postalcode: '78704', address1_country: 'US', websiteurl: 'acme.example', description: 'Hi', subject: 'Lead from facebook: Zoë O’Neil',
    });
  });

  it('gets a last name and a topic where the lead has none', () => {
    expect(bodyOf({ email: 'zoe@example.com' })).toEqual({ emailaddress1: 'zoe@example.com', lastname: 'zoe@example.com', subject: 'Lead from facebook' });
    expect(bodyOf({})).toEqual({ lastname: 'Unknown', subject: 'Lead from facebook' });
    expect(String(Object.entries(bodyOf({ company: 'x'.repeat(400) }) ?? {}).find(([name]) => name === 'subject')?.[1])).toHaveLength(300);
  });

  it('has what `map` says on top, types and bindings as they are', () => {
    const map = [{ to: 'subject', template: 'Solar {state}' }, { to: 'new_budget', value: 1200 }, { to: 'ownerid@odata.bind', value: '/teams(1)' }];
    expect(bodyOf({ last_name: 'Dyke', state: 'TX' }, { map })).toMatchObject({ subject: 'Solar TX', new_budget: 1200, 'ownerid@odata.bind': '/teams(1)' });
  });
});

describe('tokens of Dynamics', () => {
  const settingsOf = (baseUrl: string, more: Record<string, unknown> = {}) => dynamicsTokenSettings(configOf({ baseUrl, ...more }));

  it.each([
    ['https://acme.crm4.dynamics.com', 'https://login.microsoftonline.com'],
    ['https://acme.crm.microsoftdynamics.us', 'https://login.microsoftonline.us'],
    ['https://acme.crm.dynamics.cn', 'https://login.chinacloudapi.cn'],
    ['https://gateway.example/dynamics', 'https://gateway.example/dynamics'],
    ['https://notdynamics.com', 'https://notdynamics.com'],
  ])('of %s come from %s', (baseUrl, authority) => {
    expect(settingsOf(`${baseUrl}/`)).toMatchObject({ tokenUrl: `${authority}/tenant-1/oauth2/v2.0/token`, scope: `${baseUrl}/.default` });
  });

  it('come from elsewhere when the configuration says so', () => {
    expect(settingsOf('https://acme.crm.dynamics.com', { tokenBaseUrl: 'https://login.example/' })).toMatchObject({ tokenUrl: 'https://login.example/tenant-1/oauth2/v2.0/token' });
  });

  it('are asked for once, and once more after a 401', async () => {
    await send();
    dataverse.revokeToken();
    const { outcome, notes } = await send({}, ZOE, TWO);
    expect(outcome).toMatchObject({ outcome: 'failure' });
    expect(notes).toContainEqual(expect.stringContaining('401'));
    expect(dataverse.tokenCalls).toHaveLength(2);
  });

  it('that are not given out shut the destination, and no reason tells the secret', async () => {
    const { outcome } = await send({ clientSecret: 'another-secret' });
    expect(outcome).toMatchObject({ outcome: 'error', kind: 'permanent', code: 'unauthorized' });
    expect(outcome.reason).not.toContain('another-secret');
    expect(dataverse.requests).toEqual([]);
  });
});

describe('a delivery to Dynamics', () => {
  it('creates the record under the delivery’s id', async () => {
    const { outcome, captures } = await send();
    expect(outcome).toEqual({ outcome: 'success', billable: true, recipientId: ONE });
    expect(captures).toEqual({ link: linkTo(ONE) });
    expect(dataverse.rows.get(ONE)).toMatchObject({ emailaddress1: 'zoe@example.com' });
    expect(dataverse.requests[0]?.headers).toMatchObject({ 'if-none-match': '*', 'mscrm.suppressduplicatedetection': 'false', 'odata-version': '4.0' });
  });

  it('finds its own record when it is repeated after an answer that was lost', async () => {
    dataverse.failures.push('lose-answer');
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
    dataverse.rows.set(ONE, { ...dataverse.rows.get(ONE), jobtitle: 'edited by a person' });
    const { outcome, captures, notes } = await send();
    expect(outcome).toMatchObject({ outcome: 'success', recipientId: ONE });
    expect(captures).toEqual({ link: linkTo(ONE) });
    expect(notes).toEqual([expect.stringContaining('earlier attempt')]);
    expect([...dataverse.rows.values()]).toEqual([expect.objectContaining({ jobtitle: 'edited by a person' })]);
  });

  it('goes by an alternate key where there is one, and learns the id when it is repeated', async () => {
    const first = await send({ alternateKey: 'new_delivery' });
    expect(first.outcome).toEqual({ outcome: 'success', billable: true });
    expect(asked()).toEqual([`PATCH /leads(new_delivery='${ONE}')`]);
    const [[id, row] = ['', {}]] = [...dataverse.rows];
    expect(row).toMatchObject({ new_delivery: ONE });
    const again = await send({ alternateKey: 'new_delivery' });
    expect(again.outcome).toMatchObject({ outcome: 'success', recipientId: id });
    expect(again.captures).toEqual({ link: linkTo(id) });
    expect(dataverse.rows.size).toBe(1);
  });

  it('is refused, not taken for its own, when another unique key of theirs has its value', async () => {
    await send();
    dataverse.uniqueColumn = 'telephone1';
    expect((await send({}, { ...ZOE, email: 'another@example.com' }, TWO)).outcome).toMatchObject({ outcome: 'failure' });
    expect(dataverse.rows.has(TWO)).toBe(false);
  });

  it('that cannot be looked up is unknown while they are away, and theirs by their word where looking is not allowed', async () => {
    await send();
    dataverse.failures.push(null, { status: 503, headers: { 'retry-after': '4' } });
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'http-status', retryAfterMs: 4_000 });
    dataverse.failures.push(null, 'lose-answer');
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'connection' });
    dataverse.failures.push(null, { status: 401 });
    expect((await send()).outcome).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'http-status' });
    dataverse.failures.push(null, { status: 403 });
    expect((await send()).outcome).toMatchObject({ outcome: 'success', recipientId: ONE });
  });
});

describe('a lead that Dynamics has already', () => {
  beforeEach(async () => {
    await send();
    dataverse.requests.length = 0;
  });
  const later = { ...ZOE, phone: '5125550199' };

  it('is refused by default', async () => {
    const { outcome } = await send({}, later, TWO);
    expect(outcome).toMatchObject({ outcome: 'failure', billable: false });
    expect(outcome.reason).toContain('onDuplicate');
    expect([...dataverse.rows.keys()]).toEqual([ONE]);
  });

  it('becomes a second record with accept', async () => {
    expect((await send({ onDuplicate: 'accept' }, later, TWO)).outcome).toMatchObject({ outcome: 'success', recipientId: TWO });
    expect([...dataverse.rows.keys()]).toEqual([ONE, TWO]);
  });

  it('updates their record with update, and no other thing is made however often it is repeated', async () => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { outcome, captures, exchange } = await send({ onDuplicate: 'update' }, later, TWO);
      expect(outcome).toMatchObject({ outcome: 'success', recipientId: ONE });
      expect(captures).toEqual({ link: linkTo(ONE) });
      expect(exchange?.request.url).toContain(TWO);
    }
    expect([...dataverse.rows]).toEqual([[ONE, expect.objectContaining({ telephone1: '5125550199' })]]);
    expect(asked().slice(0, 3)).toEqual([`PATCH /leads(${TWO})`, 'GET /leads', `PATCH /leads(${ONE})`]);
    expect(dataverse.requests[2]?.headers).toMatchObject({ 'if-match': '*', 'mscrm.suppressduplicatedetection': 'true' });
    expect(dataverse.requests[2]?.headers).not.toHaveProperty('if-none-match');
  });

  it('keeps its name and topic where the lead had none, and gets those that `map` has', async () => {
    const nameless = { email: 'zoe@example.com', phone: '5125550199' };
    await send({ onDuplicate: 'update' }, nameless, TWO);
    const known = { firstname: 'Zoë', lastname: 'O’Neil', subject: 'Lead from facebook: Zoë O’Neil' };
    expect([...dataverse.rows.values()]).toEqual([expect.objectContaining({ ...known, telephone1: '5125550199' })]);
    await send({ onDuplicate: 'update', map: [{ to: 'subject', value: 'Solar' }] }, nameless, TWO);
    expect([...dataverse.rows.values()]).toEqual([expect.objectContaining({ ...known, subject: 'Solar' })]);
  });

  it('finds a record by a text with quotes', async () => {
    const quoted = { email: "o'neil&co@example.com" };
    await send({}, quoted, TWO);
    expect((await send({ onDuplicate: 'update' }, quoted, '00000000-0000-5000-8000-000000000003')).outcome).toMatchObject({ outcome: 'success', recipientId: TWO });
  });

  it('is refused with update when no record of the same email or phone is found', async () => {
    dataverse.failures.push({ status: 409, body: { error: { code: '0x80040333', message: 'by a rule of their own' } } });
    expect((await send({ onDuplicate: 'update' }, { email: 'unknown@example.com' }, TWO)).outcome).toMatchObject({ outcome: 'failure' });
  });

  it('is tried again with update when the record could not be found out or changed', async () => {
    dataverse.failures.push(null, { status: 503 });
    expect((await send({ onDuplicate: 'update' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient' });
    // The token was good a moment ago: it is renewed with the next attempt, and nothing is shut for it.
    dataverse.failures.push(null, { status: 401 });
    expect((await send({ onDuplicate: 'update' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient', code: 'http-status' });
    dataverse.failures.push(null, null, { status: 401 });
    expect((await send({ onDuplicate: 'update' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient', code: 'http-status' });
    dataverse.failures.push(null, { status: 200, body: 'what is this' });
    expect((await send({ onDuplicate: 'update' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'transient', code: 'unreadable-answer' });
    dataverse.failures.push(null, null, 'lose-answer');
    expect((await send({ onDuplicate: 'update' }, later, TWO)).outcome).toMatchObject({ outcome: 'error', kind: 'unknown' });
  });
});

describe('a preview', () => {
  it('shows where the token goes, and reads answers', () => {
    const config = configOf({ onDuplicate: 'update' });
    expect(dynamicsChannel.preview?.({ config, request: render(ZOE), deliveryId: ONE, now: new Date() }).headers).toContainEqual(['Authorization', 'Bearer ********']);
    const read = (status: number, code: string) => readDynamicsAnswer(config, { status, headers: [['content-type', 'application/json']], body: Buffer.from(JSON.stringify({ error: { code, message: 'm' } })), bodyTruncated: false }, new Date());
    expect(read(412, '0x80060892')).toMatchObject({ outcome: { outcome: 'success' }, problems: [expect.stringContaining('there already')] });
    const whole = { status: 201, headers: [['content-type', 'application/json']] satisfies [string, string][], body: Buffer.from(JSON.stringify({ leadid: TWO.toUpperCase() })), bodyTruncated: false };
    expect(readDynamicsAnswer(config, whole, new Date())).toMatchObject({ outcome: { outcome: 'success', recipientId: TWO } });
    expect(read(500, '0x80040333')).toMatchObject({ outcome: { outcome: 'success' }, problems: [expect.stringContaining('updated')] });
    expect(read(400, '0x80048d19').outcome).toMatchObject({ kind: 'permanent', code: 'rule', reason: expect.stringContaining('(0x80048d19, “m”)') as unknown });
  });

  it('warns of plain http, and says how fast the application user may be', () => {
    expect(dynamicsChannel.check?.(configOf())).toMatchObject([{ path: ['baseUrl'], severity: 'warning' }]);
    expect(dynamicsChannel.limit?.(configOf(), BARE_INSTALLATION)).toMatchObject({ requests: 1_200, per: 'minute' });
  });
});
