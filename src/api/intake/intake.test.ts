import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sha256OfKey } from '../http/key.ts';
import { problemSchema } from '../http/problem.ts';
import { leadSchema } from '../leads/lead-shape.ts';
import { CONFIG, startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
const SOURCE_KEY = 'lr_src_of-a-test';
const LEAD = { phone: '212-555-0142', state: 'CA' };

beforeAll(async () => {
  api = await startApi();
  expect((await api.call('POST', '/v1/leads?source=facebook', { body: LEAD })).status, 'without any configuration').toBe(503);
  expect((await api.call('PUT', '/v1/config', { body: CONFIG })).status).toBe(200);
  await api.store.sourceKeys.add({ id: 'k1', source: 'facebook', sha256: sha256OfKey(SOURCE_KEY), prefix: 'lr_src', createdAt: '2025-01-01T00:00:00.000Z' });
  await api.store.sourceKeys.add({ id: 'k2', source: 'gone', sha256: sha256OfKey('lr_src_gone'), prefix: 'lr_src', createdAt: '2025-01-01T00:00:00.000Z' });
});
afterAll(() => api.close());

const post = (body: unknown, path = '/v1/leads', headers: Record<string, string> = {}) => api.call('POST', path, { body, headers, key: SOURCE_KEY });
const fieldsOf = (json: unknown) => leadSchema.parse(json).fields;

describe('a lead that is taken', () => {
  it('is stored with its plan, answered in the shape of the design, and started behind the answer', async () => {
    const { status, json, headers } = await post({ ...LEAD, campaign: 'spring', utm: { source: 'a', tags: ['x', 'y'] }, items: [{ sku: 1 }, { sku: 2 }] });
    expect(status).toBe(202);
    const lead = leadSchema.parse(json);
    expect(lead).toMatchObject({ source: 'facebook', status: 'delivering', reason: null, test: false, route: 'west', configVersion: 1 });
    expect(lead.fields).toEqual({ ...LEAD, campaign: 'spring', 'utm.source': 'a', 'utm.tags': ['x', 'y'], 'items.0.sku': 1, 'items.1.sku': 2 });
    expect(lead.deliveries.map(({ buyer, destination, status: state }) => `${buyer}/${destination} ${state}`)).toEqual(['acme/api planned', 'acme/copy planned']);
    expect(lead.links).toEqual({ self: `http://leadrail.example/v1/leads/${lead.id}`, temporal: `http://temporal.example/lead-${lead.id}` });
    expect(headers.get('location')).toBe(`/v1/leads/${lead.id}`);
    const read = await api.call('GET', `/v1/leads/${lead.id}`);
    expect(read.json).toEqual(json);
    await expect.poll(() => api.engine.started.map((start) => start.leadId)).toContain(lead.id);
    expect(JSON.stringify(api.engine.started)).not.toContain('0142');
  });

  it('may be a form', async () => {
    const body = 'phone=212-555-0142&state=CA&interests=roof&interests=solar&address%5Bcity%5D=Springfield&notes=a%20b';
    const { status, json } = await post(body, '/v1/leads', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(status).toBe(202);
    expect(fieldsOf(json)).toEqual({ ...LEAD, interests: ['roof', 'solar'], 'address.city': 'Springfield', notes: 'a b' });
  });

  it('may carry prototype keys, which harm nothing', async () => {
    const { status, json } = await post('{"phone":"212-555-0142","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"constructor.name":"x"}');
    expect(status).toBe(202);
    expect(fieldsOf(json)).toEqual({ phone: '212-555-0142', 'constructor.name': 'x' });
    expect(leadSchema.parse(json).notes).toHaveLength(1);
    expect('polluted' in {}).toBe(false);
  });

  it('is undelivered and a dead letter, with no workflow, when no route takes it', async () => {
    const { status, json } = await post({ ...LEAD, state: 'NY' });
    const lead = leadSchema.parse(json);
    expect([status, lead.status, lead.reason, lead.links.temporal]).toEqual([202, 'undelivered', 'no route', null]);
    const dead = await api.call('GET', '/v1/dead-letters?kind=ours&limit=1');
    expect(dead.json).toMatchObject({ items: [{ kind: 'ours', reason: 'no route', delivery: null, lead: { id: lead.id } }] });
    expect(api.engine.started.map((start) => start.leadId)).not.toContain(lead.id);
  });

  it('is taken while Temporal is away, and left to the sweep', async () => {
    api.engine.isAway = true;
    const { status, json } = await post(LEAD);
    api.engine.isAway = false;
    expect(status).toBe(202);
    const { id } = leadSchema.parse(json);
    await expect.poll(() => api.logged.some((line) => line.includes(id))).toBe(true);
    const waiting = await api.store.leads.notStarted({ receivedBefore: '9999-01-01T00:00:00.000Z', confirmedBefore: '9999-01-01T00:00:00.000Z' }, 200);
    expect(waiting.map((lead) => lead.id)).toContain(id);
  });

  it('is a test lead with ?test=true', async () => {
    expect(leadSchema.parse((await post(LEAD, '/v1/leads?test=true')).json).test).toBe(true);
  });
});

describe('?wait=', () => {
  it('answers 200 with the whole lead once it has settled', async () => {
    const answer = post(LEAD, '/v1/leads?wait=30s', { 'idempotency-key': 'waits' });
    const started = await waitForStart();
    for (const delivery of started.plan.fanOut) await api.settle(delivery.id, 'delivered');
    const { status, json } = await answer;
    expect([status, leadSchema.parse(json).status]).toEqual([200, 'delivered']);
  });

  it('answers 202 when the time is over', async () => {
    const { status, json } = await post(LEAD, '/v1/leads?wait=50ms');
    expect([status, leadSchema.parse(json).status]).toEqual([202, 'delivering']);
  });

  it('ends with its sender, also one that went away before it began', async () => {
    const accept = api.store.leads.accept.bind(api.store.leads);
    const get = api.store.leads.get.bind(api.store.leads);
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => (goOn = resolve));
    const seen = { accepting: 0, read: 0 };
    api.store.leads.accept = async (lead) => {
      seen.accepting += 1;
      await slow;
      return accept(lead);
    };
    api.store.leads.get = (id) => {
      seen.read += 1;
      return get(id);
    };
    const sender = request(`${api.url}/v1/leads?wait=60s`, { method: 'POST', headers: { authorization: `Bearer ${SOURCE_KEY}`, 'content-type': 'application/json' } });
    sender.on('error', () => undefined);
    sender.end(JSON.stringify(LEAD));
    await expect.poll(() => seen.accepting, { timeout: 20_000 }).toBe(1);
    sender.destroy();
    const gone = async () => (await api.call('GET', '/metrics')).text.includes('leadrail_intake_requests_total{status="gone"} 1');
    await expect.poll(gone, { timeout: 20_000 }).toBe(true);
    expect(seen.read).toBe(0);
    goOn();
    await expect.poll(() => seen.read, { timeout: 20_000 }).toBe(1);
    Object.assign(api.store.leads, { accept, get });
  });

  it('does not wait for a lead that no route takes', async () => {
    expect((await post({ ...LEAD, state: 'NY' }, '/v1/leads?wait=60s')).status).toBe(200);
  });
});

/** The next lead that is started. */
async function waitForStart() {
  const before = api.engine.started.length;
  await expect.poll(() => api.engine.started.length, { timeout: 60_000 }).toBeGreaterThan(before);
  const [next] = api.engine.started.slice(before);
  if (!next) throw new Error('no lead was started');
  return next;
}

describe('Idempotency-Key', () => {
  it('gives the same lead for the same content, whatever the order of fields, and a 409 for other content', async () => {
    const key = { 'idempotency-key': 'order-7' };
    const first = await post({ phone: '212-555-0142', state: 'CA' }, '/v1/leads', key);
    const again = await post({ state: 'CA', phone: '212-555-0142' }, '/v1/leads', key);
    const other = await post({ phone: '212-555-0143', state: 'CA' }, '/v1/leads', key);
    const test = await post({ phone: '212-555-0142', state: 'CA' }, '/v1/leads?test=true', key);
    expect([first.status, again.status, other.status, test.status]).toEqual([202, 200, 409, 409]);
    expect(leadSchema.parse(again.json).id).toBe(leadSchema.parse(first.json).id);
    expect(other.text).toContain(leadSchema.parse(first.json).id);
  });

  it('stores one lead of many that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(LEAD, '/v1/leads', { 'idempotency-key': 'at-once' })));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ json }) => leadSchema.parse(json).id)).size).toBe(1);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
  ])('is refused when it is %s', async (_, key) => {
    expect((await post(LEAD, '/v1/leads', { 'idempotency-key': key })).status).toBe(422);
  });
});

describe('bad input', () => {
  const manyFields = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`f${index}`, index]));
  const deep = JSON.parse('{"a":'.repeat(40) + '1' + '}'.repeat(40)) as unknown;

  it.each<[name: string, status: number, field: string | null, body: unknown, path?: string, headers?: Record<string, string>]>([
    ['broken JSON', 400, null, '{"phone": "212-555-0199"'],
    ['an empty body', 400, null, ''],
    ['a list', 400, null, [LEAD]],
    ['a text', 400, null, '"text"'],
    ['null', 400, null, 'null'],
    ['bytes that are no gzip', 400, null, 'not gzip', '/v1/leads', { 'content-encoding': 'gzip' }],
    ['an unknown content encoding', 415, null, LEAD, '/v1/leads', { 'content-encoding': 'secret' }],
    ['another content type', 415, null, 'phone', '/v1/leads', { 'content-type': 'text/plain' }],
    ['a multipart form', 415, null, '--x--', '/v1/leads', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['an unknown charset', 415, null, LEAD, '/v1/leads', { 'content-type': 'application/json; charset=nonsense' }],
    ['no required field', 422, 'phone', { state: 'CA' }],
    ['a required field that cannot be read', 422, 'phone', { ...LEAD, phone: 'sekret-value' }],
    ['a field twice', 422, 'a.b', { ...LEAD, 'a.b': 1, a: { b: 2 } }],
    ['a NUL character', 422, 'note', { ...LEAD, note: 'sekret-value\0' }],
    ['half a surrogate pair', 422, 'note', `{"phone":"212-555-0142","note":"\\ud800"}`],
    ['too many fields', 422, 'f498', { ...LEAD, ...manyFields }],
    ['nesting too deep', 422, null, { ...LEAD, deep }],
    ['a wait that is no duration', 422, 'wait', LEAD, '/v1/leads?wait=soon'],
    ['a test flag that is none', 422, 'test', LEAD, '/v1/leads?test=maybe'],
    ['a source that is not the key’s', 403, null, LEAD, '/v1/leads?source=partner'],
  ])('%s is a %i', async (_, status, field, body, path = '/v1/leads', headers = {}) => {
    const answer = await api.call('POST', path, { body, key: SOURCE_KEY, headers: { 'content-type': 'application/json', ...headers } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = problemSchema.parse(answer.json);
    expect(problem.status).toBe(status);
    if (field !== null) expect(problem.errors?.map((error) => error.field)).toContain(field);
    expect(answer.text).not.toContain('sekret-value');
  });

  it('refuses a lead of 5 MB', async () => {
    const answer = await post({ ...LEAD, note: 'x'.repeat(5_000_000) });
    expect([answer.status, problemSchema.parse(answer.json).type]).toEqual([413, 'urn:leadrail:problem:too-large']);
  });

  it('says which sources there are', async () => {
    for (const path of ['/v1/leads', '/v1/leads?source=nobody']) {
      const answer = await api.call('POST', path, { body: LEAD });
      expect([answer.status, answer.text.includes('facebook, partner')]).toEqual([422, true]);
    }
    const gone = await api.call('POST', '/v1/leads', { body: LEAD, key: 'lr_src_gone' });
    expect([gone.status, gone.text.includes('gone')]).toEqual([409, true]);
  });

  it('answers what is no HTTP', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${api.url}/v1/leads`, { method: 'POST', headers: { 'x-long': 'x'.repeat(100_000) } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(status).toBe(400);
  });
});

it('has no stack trace in any answer, and no field in any log', () => {
  for (const { text } of api.answers) expect(text).not.toMatch(/\n\s+at |node_modules|\.ts:\d+/);
  expect(api.logged.join('\n')).not.toMatch(/555-01|sekret-value/);
  expect(z.array(z.number()).parse(api.answers.map(({ status }) => status))).not.toContain(500);
});
