import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDestinationTypes } from '../../configuration/destination-types.ts';
import { startApi, type ApiUnderTest } from '../testing/api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ types: allDestinationTypes });
});
afterAll(() => api.close());

const WEBHOOK = { type: 'webhook', url: 'https://api.acme.example/leads' };

async function preview(body: Record<string, unknown>) {
  const { status, json } = await api.call('POST', '/v1/preview', { body });
  return { status, json };
}

describe('POST /v1/preview', () => {
  it('takes braces of a secret for characters, and hides what a secret address has between its fields', async () => {
    await api.call('PUT', '/v1/secrets/tricky', { body: { value: 'p{note}ss' } });
    await api.call('PUT', '/v1/secrets/hook', { body: { value: 'https://hooks.example/k3y-0f-acme?state={note}' } });
    const { json } = await preview({ destination: { type: 'webhook', url: 'secret://hook', headers: { 'X-Key': 'secret://tricky' }, map: [] }, lead: { note: 'TX' } });
    expect(json).toMatchObject({ request: { url: expect.stringMatching(/^\*{40}TX/) as string, headers: { 'X-Key': '*'.repeat('p{note}ss'.length) } } });
  });

  it('shows the very request, for a destination without an id and a lead without fields', async () => {
    const map = [
      { to: 'a.phones.0', value: '5125550142' },
      { to: 'a.phones.5', value: '5125550143' },
      { to: 'n', value: 0 },
    ];
    const { status, json } = await preview({ destination: { ...WEBHOOK, format: 'json', map }, lead: {} });
    expect(status).toBe(200);
    expect(json).toEqual({
      request: {
        method: 'POST',
        url: WEBHOOK.url,
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': '00000000-0000-5000-8000-000000000000' },
        body: '{"a":{"phones":["5125550142","5125550143"]},"n":0}',
      },
      warnings: [{ path: 'destination.auth', message: expect.stringContaining('without any authentication') as string }],
      notes: [],
    });
  });

  it('types the fields as they are declared, in short or in full', async () => {
    const map = [{ to: 'phone', from: 'phone' }, { to: 'area', from: 'phone.area' }, { to: 'age', from: 'years' }, { to: 'other', from: 'note' }];
    const { json } = await preview({ destination: { ...WEBHOOK, map }, fields: { phone: { type: 'phone' }, years: 'number' }, lead: { phone: '(512) 555-0142', years: '30', note: '7' } });
    expect(json).toMatchObject({ request: { body: '{"phone":"5125550142","area":"512","age":30,"other":"7"}' } });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['brackets of a name', { map: [{ to: 'foo.bar[interest]', value: 'x' }, { to: 'foo[a.b]', value: 'y' }] }, '{"foo":{"bar[interest]":"x","a.b":"y"}}'],
    ['numbers beside names at the root', { map: [{ to: '0.a', value: 1 }, { to: 'name', value: 2 }] }, '{"0":{"a":1},"name":2}'],
    ['elements of a list in a form', { format: 'form', map: [{ to: 'foo.0', value: 'a' }, { to: 'foo.4', value: 'b' }] }, 'foo=a&foo=b'],
    ['what came in, and lists element by element', { map: [{ to: 'raw', from: 'phone.raw' }, { to: 'all', from: 'phones' }] }, '{"raw":"1 512 555 0142","all":["5125550143","none"]}'],
    ['attributes of repeated elements', { format: 'xml', map: [{ to: 'a.b.0.@id', value: 1 }, { to: 'a.b.0.#text', value: 'x' }] }, '<?xml version="1.0" encoding="UTF-8"?><a><b id="1">x</b></a>'],
    ['only what stands beside an empty document', { map: [], wrap: { parameter: 'data', extra: { key: 'k' } } }, 'key=k'],
  ])('sends %s', async (_, settings, body) => {
    const { json } = await preview({ destination: { ...WEBHOOK, ...settings }, fields: { phone: 'phone', phones: 'phone[]' }, lead: { phone: '1 512 555 0142', phones: ['512-555-0143', 'none'] } });
    expect(json).toMatchObject({ request: { body } });
  });

  it('falls back on defaults, and on expressions for text where a page is JSON after all', async () => {
    const response = { reason: ['"message":"([^"]+)"', { default: 'no reason' }], price: ['price', { default: 12.5 }] };
    const read = (body: string) => preview({ destination: { ...WEBHOOK, response }, response: { headers: { 'Content-Type': 'text/html' }, body } });
    expect((await read('{"err":1,"message":"phone is missing"}')).json).toMatchObject({ result: { reason: 'phone is missing', price: 12.5 } });
    expect((await read('{"price":"0"}')).json).toMatchObject({ result: { reason: 'no reason', price: 0 } });
  });

  it('takes nested fields as intake does', async () => {
    const { json } = await preview({ destination: WEBHOOK, lead: { contact: { name: 'Zoë' } } });
    expect(json).toMatchObject({ request: { body: '{"contact":{"name":"Zoë"}}' } });
  });

  it.each([
    [{ type: 'basic', username: 'me', password: 'a-secret-text' }, 'Authorization', /^\*+$/],
    [{ type: 'bearer', token: 'a-secret-text' }, 'Authorization', /^\*+$/],
    [{ type: 'header', name: 'X-Key', value: 'a-secret-text' }, 'X-Key', /^\*{13}$/],
  ])('masks the credentials of %j', async (auth, header, mask) => {
    const { json } = await preview({ destination: { ...WEBHOOK, auth } });
    expect(json).toMatchObject({ request: { headers: { [header]: expect.stringMatching(mask) as string } }, warnings: [] });
  });

  it('masks a credential in the query and a stored secret in the body, and names one that is not stored', async () => {
    await api.call('PUT', '/v1/secrets/acme_code', { body: { value: 'a-stored-secret' } });
    const map = [{ to: 'code', value: 'secret://acme_code' }, { to: 'other', value: 'secret://acme_other' }];
    const { json } = await preview({ destination: { ...WEBHOOK, auth: { type: 'query', name: 'key', value: 'a-secret-text' }, map } });
    expect(json).toMatchObject({
      request: { url: `${WEBHOOK.url}?key=${'*'.repeat(13)}`, body: `{"code":"${'*'.repeat(15)}","other":"********"}` },
      warnings: [{ path: 'destination', message: expect.stringContaining('secret "acme_other" is not stored') as string }],
    });
    expect(api.answers.some(({ text }) => text.includes('a-stored-secret') || text.includes('a-secret-text'))).toBe(false);
  });

  it('says how an answer is read', async () => {
    const response = { rules: [{ equals: 'yes', at: 'result.taken', outcome: 'success', billable: true }], otherwise: 'failure', reason: 'result.why', price: 'result.price', recipientId: 'id', captures: { queue: 'result.queue' } };
    const read = (body: unknown) => preview({ destination: { ...WEBHOOK, response }, response: { status: 200, headers: { 'Content-Type': 'application/json; charset=iso-8859-1' }, body } });
    expect((await read('{"id":17,"result":{"taken":"Yes","price":"$0.00","queue":"wést"}}')).json).toMatchObject({
      result: { outcome: 'success', kind: null, reason: null, billable: true, price: 0, recipientId: '17', captures: { queue: 'wést' }, retryAfterMs: null },
    });
    expect((await read({ result: { taken: 'no', why: 'a duplicate' } })).json).toMatchObject({ result: { outcome: 'failure', reason: 'a duplicate', billable: false, price: null } });
    expect((await read('{"result":')).json).toMatchObject({ result: { outcome: 'error', reason: expect.stringContaining('could not be read as JSON') as string } });
  });

  it('reads a bare status, Retry-After and several cookies', async () => {
    const late = await preview({ destination: WEBHOOK, response: { status: 503, headers: { 'retry-after': 120 } } });
    expect(late.json).toMatchObject({ result: { outcome: 'error', kind: 'transient', retryAfterMs: 120_000 } });
    const cookies = await preview({ destination: { ...WEBHOOK, response: { recipientId: { cookie: 'b' } } }, response: { headers: { 'Set-Cookie': ['a=1; Path=/', 'b=2'] } } });
    expect(cookies.json).toMatchObject({ result: { outcome: 'success', recipientId: '2' } });
  });

  it('says what a delivery would come to whose required value is missing', async () => {
    const { status, json } = await preview({ destination: { ...WEBHOOK, map: [{ to: 'contact.phone', from: 'phone', required: true }] } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ request: null, result: { outcome: 'error', kind: 'permanent', reason: expect.stringContaining('contact.phone') as string } });
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['an unknown key', { ...WEBHOOK, timout: '5s' }, 'destination.timout', /did you mean `timeout`/],
    ['a bad URL', { type: 'webhook', url: 'ftp://x' }, 'destination.url', /http/],
    ['colliding paths', { ...WEBHOOK, map: [{ to: 'lead', value: 1 }, { to: 'lead.email', value: 2 }] }, 'destination.map[1].to', /collide/],
    ['a pattern that cannot be read', { ...WEBHOOK, response: { rules: [{ matches: '(', outcome: 'success' }] } }, 'destination.response.rules[0].matches', /compile/],
    ['a type that is none', { type: 'webook', url: 'https://x.example' }, 'destination.type', /webhook/],
    ['no type', { url: 'https://x.example' }, 'destination.type', /missing/],
    ['a bad id', { ...WEBHOOK, id: 'a b' }, 'destination.id', /letters/],
  ])('refuses %s with its path', async (_, destination, path, message) => {
    const { status, json } = await preview({ destination });
    expect(status).toBe(422);
    expect(json).toMatchObject({ errors: [{ path, message: expect.stringMatching(message) as string }] });
    expect(JSON.stringify(json)).not.toContain('buyer');
  });

  it('keeps nothing', async () => {
    await preview({ destination: { ...WEBHOOK, auth: { type: 'bearer', token: 'a-secret-text' } }, lead: { phone: '5125550142' } });
    expect((await api.call('GET', '/v1/leads')).json).toMatchObject({ items: [] });
    expect((await api.call('GET', '/v1/config/versions')).json).toMatchObject({ items: [] });
  });

  it('shows no request for what is only kept', async () => {
    expect((await preview({ destination: { type: 'database' } })).json).toEqual({ request: null, warnings: [], notes: [] });
  });
});

describe('POST /v1/buyers/{id}/destinations/{destination}/preview', () => {
  beforeAll(async () => {
    const destination = { ...WEBHOOK, id: 'api', auth: { type: 'bearer', token: 'a-literal-token' }, draft: true, response: { reason: 'why' } };
    const sources = [{ id: 'web', fields: { phone: { type: 'phone' } } }, { id: 'partner' }];
    const applied = await api.call('PUT', '/v1/config', { body: { sources, buyers: [{ id: 'acme', destinations: [destination] }], routes: [{ id: 'all', deliver: ['acme'] }] } });
    expect(applied.status).toBe(200);
  });
  const call = (path: string, body: object) => api.call('POST', `/v1/buyers/${path}/preview`, { body });

  it('shows the saved one’s request by the types of a source', async () => {
    const { json } = await call('acme/destinations/api', { source: 'web', lead: { phone: '512.555.0142' }, response: { status: 400, body: { why: 'closed' } } });
    expect(json).toMatchObject({ request: { body: '{"phone":"5125550142"}', headers: { Authorization: '*'.repeat(22) } }, result: { outcome: 'failure', reason: 'closed' } });
    const own = await call('acme/destinations/api', { fields: { n: 'number' }, lead: { phone: '512.555.0142', n: '1' } });
    expect(own.json).toMatchObject({ request: { body: '{"phone":"512.555.0142","n":1}' } });
  });

  it('asks for a source where there are several, and knows what is not there', async () => {
    expect((await call('acme/destinations/api', {})).json).toMatchObject({ status: 422, errors: [{ field: 'source', message: 'use one of web, partner' }] });
    expect((await call('acme/destinations/none', { source: 'web' })).status).toBe(404);
    expect((await call('none/destinations/api', { source: 'web' })).status).toBe(404);
  });

  it('does not show the credentials of a saved destination to whoever names them', async () => {
    const url = 'https://buyer.example/in';
    expect((await api.call('PUT', '/v1/buyers/other', { body: { id: 'other', destinations: [{ id: 'api', type: 'webhook', url, auth: { type: 'bearer', token: 'a-literal-token' } }] } })).status).toBeLessThan(300);
    const { status, text } = await api.call('POST', '/v1/preview', { body: { destination: { type: 'webhook', url, map: [{ to: 'x', value: 'secret://.literal/other/api/auth/token', transform: ['uppercase'] }] }, lead: {} } });
    expect([status, text.toLowerCase().includes('a-literal-token')]).toEqual([422, false]);
    expect(text).toContain('cannot be named');
  });

  it('plans no lead for a draft, and says so on the lead', async () => {
    const { json } = await api.call('POST', '/v1/leads?source=web', { body: { phone: '512.555.0142' } });
    expect(json).toMatchObject({ status: 'undelivered', deliveries: [], notes: [expect.stringContaining('acme/api is a draft') as string] });
  });
});
