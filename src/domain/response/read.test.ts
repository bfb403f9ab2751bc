import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../delivery/outcome.ts';
import type { RawAnswer } from './answer.ts';
import { readResponse } from './read.ts';
import { responseSchema } from './schema.ts';

const NOW = new Date('2030-01-01T00:00:00.000Z');
const JSON_TYPE = { 'content-type': 'application/json' };

function answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): RawAnswer {
  return { status, headers: Object.entries(headers), body: typeof body === 'string' ? new TextEncoder().encode(body) : body, bodyTruncated: false };
}

function read(config: unknown, raw: RawAnswer): AttemptOutcome {
  return readResponse(config === undefined ? undefined : responseSchema.parse(config), raw, NOW).outcome;
}

describe('without rules the status decides', () => {
  it.each([
    [200, { outcome: 'success', billable: true }],
    [204, { outcome: 'success', billable: true }],
    [302, { outcome: 'failure' }],
    [400, { outcome: 'failure', billable: false }],
    [401, { outcome: 'error', kind: 'permanent', code: 'unauthorized' }],
    [403, { outcome: 'error', kind: 'permanent', code: 'forbidden' }],
    [404, { outcome: 'error', kind: 'permanent', code: 'not-found' }],
    [405, { outcome: 'error', kind: 'permanent', code: 'http-status' }],
    [408, { outcome: 'error', kind: 'transient', code: 'http-status' }],
    [409, { outcome: 'failure' }],
    [410, { outcome: 'error', kind: 'permanent', code: 'gone' }],
    [422, { outcome: 'failure' }],
    [425, { outcome: 'error', kind: 'transient', code: 'http-status' }],
    [429, { outcome: 'error', kind: 'transient', code: 'rate-limited' }],
    [500, { outcome: 'error', kind: 'transient', code: 'http-status' }],
    [599, { outcome: 'error', kind: 'transient', code: 'http-status' }],
    [101, { outcome: 'error', kind: 'unknown' }],
    [999, { outcome: 'error', kind: 'unknown' }],
  ])('%i', (status, expected) => {
    expect(read(undefined, answer(status))).toMatchObject(expected);
    expect(read({}, answer(status))).toMatchObject(expected);
  });

  it('says what to check', () => {
    expect(read(undefined, answer(503))).toMatchObject({ reason: expect.stringMatching(/^HTTP 503 from the buyer: .*tried again/) as string });
    expect(read(undefined, answer(401))).toMatchObject({ reason: expect.stringContaining('key is current') as string });
  });

  it('names the host of a redirect and nothing else of its address', () => {
    const outcome = read(undefined, answer(302, '', { location: 'https://other.example:8443/x?email=ann@example.com' }));
    expect(outcome).toMatchObject({ outcome: 'failure', reason: expect.stringContaining('redirects to other.example:8443,') as string });
    expect(JSON.stringify(outcome)).not.toContain('ann');
    expect(read(undefined, answer(301, '', { location: '/elsewhere' }))).toMatchObject({ reason: expect.stringContaining('same host') as string });
    expect(read(undefined, answer(301, '', { location: `https://${'a'.repeat(300)}.example/` }))).toMatchObject({ reason: expect.stringContaining('cannot be read') as string });
  });

  it('quotes the beginning of a refusal that has no reason path', () => {
    expect(read(undefined, answer(422, 'Phone\n  is wrong'))).toMatchObject({ reason: 'HTTP 422 from the buyer: Phone is wrong' });
    expect(read(undefined, answer(400, 'x'.repeat(5_000)))).toMatchObject({ reason: `HTTP 400 from the buyer: ${'x'.repeat(300)}…` });
    // Mostly blanks, so that less is shown than there is room for: what is left out is marked all the same.
    expect(read(undefined, answer(400, `${' '.repeat(2_990)}key 12345678`))).toMatchObject({ reason: 'HTTP 400 from the buyer: key 123456…' });
    expect(read(undefined, answer(400, `${' '.repeat(2_990)}key ${' '.repeat(100)}`))).toMatchObject({ reason: 'HTTP 400 from the buyer: key' });
    expect(read(undefined, answer(400, '<html><body><h1>Bad  request</h1><script>no()</script></body></html>'))).toMatchObject({ reason: 'HTTP 400 from the buyer: Bad request' });
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['-5', 0],
    ['999999', 3_600_000],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['soon', undefined],
    ['5 apples', undefined],
  ])('honours Retry-After %s', (header, expected) => {
    const outcome = read(undefined, answer(503, '', { 'Retry-After': header }));
    expect(outcome.outcome === 'error' ? outcome.retryAfterMs : 'not an error').toBe(expected);
  });

  it('ignores Retry-After on what is not tried again', () => {
    expect(read(undefined, answer(401, '', { 'retry-after': '5' }))).not.toHaveProperty('retryAfterMs');
  });
});

describe('rules', () => {
  const acme = {
    rules: [
      { when: 'response.status == 200 && response.body.created', outcome: 'success', billable: true },
      { search: 'accepted', at: 'result.status', outcome: 'success' },
      { when: 'response.status == 400', outcome: 'failure', reason: 'Invalid data: {response.body.error}' },
    ],
    otherwise: 'failure',
    reason: 'message',
    recipientId: 'lead_id',
    price: 'price',
  };

  it.each<[string, number, string, object]>([
    ['a condition', 200, '{"created":true,"lead_id":77,"price":"$12.50","message":"thanks"}', { outcome: 'success', billable: true, recipientId: '77', price: 12.5, reason: 'thanks' }],
    ['a search at a path', 201, '{"result":{"status":"Lead ACCEPTED"},"price":0}', { outcome: 'success', billable: true, price: 0 }],
    ['a template as reason', 400, '{"error":"bad phone"}', { outcome: 'failure', billable: false, reason: 'Invalid data: bad phone' }],
    ['otherwise', 200, '{"created":false,"message":"duplicate"}', { outcome: 'failure', billable: false, reason: 'duplicate' }],
    ['otherwise never hides a 5xx', 503, '{"message":"down"}', { outcome: 'error', kind: 'transient', code: 'http-status' }],
    ['nor a rate limit', 429, '{"message":"slow"}', { outcome: 'error', code: 'rate-limited' }],
    ['nor lost credentials', 401, '{"message":"no"}', { outcome: 'error', code: 'unauthorized', reason: expect.stringContaining('no') as string }],
    ['a 5xx comes before rules that do not name it', 500, '{"result":{"status":"accepted"}}', { outcome: 'error', kind: 'transient' }],
  ])('%s', (_, status, body, expected) => {
    expect(read(acme, answer(status, body, JSON_TYPE))).toMatchObject(expected);
  });

  it.each([
    [{ when: 'response.status >= 500 && response.body.duplicate', outcome: 'failure', reason: 'duplicate' }],
    [{ status: 500, search: 'duplicate', outcome: 'failure', reason: 'duplicate' }],
    [{ status: ['5xx'], outcome: 'failure', reason: 'duplicate' }],
  ])('a rule that names a 5xx reads it', (rule) => {
    expect(read({ rules: [rule] }, answer(500, '{"duplicate":true}', JSON_TYPE))).toEqual({ outcome: 'failure', billable: false, reason: 'duplicate' });
  });

  it('first match wins', () => {
    const rules = [
      { search: 'ok', outcome: 'failure', reason: 'first' },
      { search: 'ok', outcome: 'success' },
    ];
    expect(read({ rules }, answer(200, 'ok'))).toMatchObject({ outcome: 'failure', reason: 'first' });
  });

  it.each<[string, object, number, object]>([
    ['is transient by default', { outcome: 'error', status: 200 }, 200, { kind: 'transient', code: 'rule' }],
    ['may be permanent', { outcome: 'error', kind: 'permanent', status: 200 }, 200, { kind: 'permanent' }],
    ['waits for a duration', { outcome: 'error', status: 200, retryAfter: '90s' }, 200, { retryAfterMs: 90_000 }],
    ['waits for seconds', { outcome: 'error', status: 200, retryAfter: 7 }, 200, { retryAfterMs: 7_000 }],
    ['waits for what a path says', { outcome: 'error', status: 200, retryAfter: 'wait' }, 200, { retryAfterMs: 15_000 }],
    ['waits no longer than an hour', { outcome: 'error', status: 200, retryAfter: '7d' }, 200, { retryAfterMs: 3_600_000 }],
    ['falls back on the header', { outcome: 'error', status: 200, retryAfter: 'nowhere' }, 200, { retryAfterMs: 3_000 }],
  ])('an error by rule %s', (_, rule, status, expected) => {
    expect(read({ rules: [rule] }, answer(status, '{"wait":15}', { ...JSON_TYPE, 'retry-after': '3' }))).toMatchObject({ outcome: 'error', ...expected });
  });

  it('sets billable, price and recipient id', () => {
    const raw = answer(200, '{"bid":"4.25","id":"a1"}', JSON_TYPE);
    expect(read({ rules: [{ status: 200, outcome: 'success', billable: false, price: 'bid', recipientId: 'B-{response.body.id}' }] }, raw)).toEqual({ outcome: 'success', billable: false, price: 4.25, recipientId: 'B-a1' });
    expect(read({ rules: [{ status: 200, outcome: 'failure', price: 3, recipientId: 'id', reason: 'no' }] }, raw)).toEqual({ outcome: 'failure', billable: false, price: 3, recipientId: 'a1', reason: 'no' });
  });

  it('reads by status when nothing matches and there is no otherwise', () => {
    const config = { rules: [{ search: 'ok', outcome: 'success' }] };
    expect(read(config, answer(200, 'nothing'))).toMatchObject({ outcome: 'success' });
    expect(read(config, answer(404, 'nothing'))).toMatchObject({ code: 'not-found' });
    expect(read({ ...config, otherwise: 'error' }, answer(200, 'nothing'))).toMatchObject({ outcome: 'error', kind: 'unknown', code: 'rule' });
    expect(read({ ...config, otherwise: 'success' }, answer(422, 'nothing'))).toMatchObject({ outcome: 'success' });
  });

  it('tells of a condition that could not be evaluated and goes on', () => {
    const config = responseSchema.parse({ rules: [{ when: 'response.body.missing > 3', outcome: 'failure' }, { status: 200, outcome: 'success' }] });
    const reading = readResponse(config, answer(200, '{}', JSON_TYPE), NOW);
    expect(reading.outcome.outcome).toBe('success');
    expect(reading.problems).toEqual([expect.stringContaining('rule 1') as string]);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['JSON booleans and numbers', '{"ok":true,"n":3}', JSON_TYPE, 'response.body.ok == true && response.body.n == 3'],
    ['a header in lower case', '', { 'X-Result': 'fine' }, 'response.headers["x-result"] == "fine"'],
    ['XML from its root, attributes as @name', '<r xmlns="urn:x" id="7"><s>ok</s><e>a</e><e>b</e></r>', { 'content-type': 'text/xml' }, 'response.body.r["@id"] == "7" && response.body.r.s == "ok" && response.body.r.e[1] == "b"'],
    ['a form', 'status=ok&id=5', { 'content-type': 'application/x-www-form-urlencoded' }, 'response.body.status == "ok"'],
    ['text', 'fine', { 'content-type': 'text/plain' }, 'response.body == "fine"'],
    ['keys that objects have anyway', '{"constructor":"c","__proto__":{"x":1}}', JSON_TYPE, 'response.body.constructor == "c" && response.body.__proto__.x == 1'],
  ])('conditions see %s', (_, body, headers, when) => {
    expect(read({ rules: [{ when, outcome: 'success' }], otherwise: 'failure' }, answer(200, body, headers))).toMatchObject({ outcome: 'success' });
  });
});

describe('an answer that is not what it claims to be', () => {
  const unreadable = { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason: expect.stringContaining('the answer could not be read as JSON') as string };

  it('is an error with 200 and JSON announced, with and without rules', () => {
    expect(read(undefined, answer(200, '{"a":', JSON_TYPE))).toMatchObject(unreadable);
    expect(read(undefined, answer(200, '<html>Sign in</html>', JSON_TYPE))).toMatchObject(unreadable);
    expect(read({ rules: [{ equals: 'ok', at: 'status', outcome: 'success' }], otherwise: 'success' }, answer(200, '{"a":', JSON_TYPE))).toMatchObject(unreadable);
    expect(read({ as: 'json', recipientId: 'id' }, answer(200, 'OK', { 'content-type': 'text/plain' }))).toMatchObject(unreadable);
  });

  it('can still be searched as text, and judged by its status', () => {
    expect(read({ rules: [{ search: 'accepted', outcome: 'success' }] }, answer(200, '{"accepted', JSON_TYPE))).toMatchObject({ outcome: 'success' });
    expect(read({ rules: [{ status: 200, outcome: 'success' }] }, answer(200, '{"a":', JSON_TYPE))).toMatchObject({ outcome: 'success' });
    expect(read(undefined, answer(422, '{"a":', JSON_TYPE))).toMatchObject({ outcome: 'failure' });
    expect(read(undefined, answer(500, '{"a":', JSON_TYPE))).toMatchObject({ kind: 'transient' });
  });

  it('is a success where nobody needs the body', () => {
    expect(read(undefined, answer(200, '', JSON_TYPE))).toMatchObject({ outcome: 'success' });
    expect(read(undefined, answer(200, '{ not json', { 'content-type': 'text/html' }))).toMatchObject({ outcome: 'success' });
    expect(read(undefined, answer(200, '<a><b></a>', { 'content-type': 'text/xml' }))).toMatchObject({ outcome: 'success' });
    expect(read(undefined, { ...answer(200, '{"long":"', JSON_TYPE), bodyTruncated: true })).toMatchObject({ outcome: 'success' });
  });

  it('says so when it was cut and its body is needed', () => {
    expect(read({ recipientId: 'id' }, { ...answer(200, '{"id":"', JSON_TYPE), bodyTruncated: true })).toMatchObject({ code: 'unreadable-answer', reason: expect.stringContaining('longer than what is kept') as string });
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>'],
    ['an external entity', '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://evil.example/x.dtd"><r/>'],
    ['an unclosed element', '<r><s>ok</r>'],
    ['endless nesting', '<r>'.repeat(50_000)],
    ['far too many elements', `<r>${'<a/>'.repeat(60_000)}</r>`],
  ])('XML with %s is unreadable', (_, body) => {
    expect(read({ recipientId: '//s' }, answer(200, body, { 'content-type': 'application/xml' }))).toMatchObject({ code: 'unreadable-answer', reason: expect.stringContaining('could not be read as XML') as string });
  });
});

describe('values', () => {
  it('joins, trims and drops blanks; takes lists of paths, headers, cookies and patterns', () => {
    const raw: RawAnswer = {
      ...answer(200, '{"errors":[" a ","",null,"b"],"other":"c","id":12345678901234567890,"text":"ref=77 ref=78"}'),
      headers: [['Content-Type', 'application/json'], ['X-Ref', 'r1'], ['Set-Cookie', 'session=abc; Path=/; HttpOnly'], ['set-cookie', 'lead=9']],
    };
    const config = responseSchema.parse({
      reason: ['errors', 'nowhere', 'other'],
      recipientId: 'id',
      captures: { ref: { header: 'x-ref' }, session: { cookie: 'session' }, lead: { cookie: 'lead' }, refs: { pattern: 'ref=(\\d+)', at: 'text' }, none: 'nowhere', outcome: 'other' },
    });
    const reading = readResponse(config, raw, NOW);
    expect(reading.outcome).toEqual({ outcome: 'success', billable: true, reason: 'a, b, c', recipientId: '12345678901234567890' });
    expect(reading.captures).toEqual({ ref: 'r1', session: 'abc', lead: '9', refs: '77, 78', outcome: 'c' });
  });

  it.each([
    ['"$12.50"', 12.5],
    ['0', 0],
    ['"1,234.50 USD"', 1234.5],
    ['"free"', undefined],
    ['null', undefined],
  ])('reads the price %s', (price, expected) => {
    const outcome = read({ price: 'price' }, answer(200, `{"price":${price}}`, JSON_TYPE));
    expect(outcome.outcome === 'success' ? outcome.price : 'no success').toBe(expected);
  });

  it("a buyer's own key outcome changes nothing", () => {
    expect(read({ recipientId: 'id' }, answer(200, '{"outcome":"failure","billable":false,"id":"1"}', JSON_TYPE))).toEqual({ outcome: 'success', billable: true, recipientId: '1' });
  });
});

const chunk = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('<', '</a>', '<a b="', '<!--', ']]>', '{"', '[', '}', '&x;', '=', '<!DOCTYPE x [', '<div>', '<?xml version="1.0"?>', '\u0000'));

describe('whatever the buyer sends', () => {
  const config = responseSchema.parse({
    rules: [
      { when: 'response.body.created && response.headers["x"] == "y"', outcome: 'success' },
      { search: '/(a+)+$/', outcome: 'failure' },
      { equals: 'ok', at: '//a/@b', outcome: 'success' },
      { matches: 'x', at: 'div > a@href', outcome: 'error', retryAfter: 'wait' },
    ],
    reason: ['message', { pattern: '(x*)y|x|(?:a)' }],
    price: 'price',
    captures: { id: { cookie: 'id' } },
  });
  const raw = fc.record({
    status: fc.integer({ min: 0, max: 1000 }),
    headers: fc.array(fc.tuple(fc.oneof(fc.constantFrom('content-type', 'retry-after', 'location', 'set-cookie', 'Content-Type'), fc.string()), fc.oneof(fc.constantFrom('application/json', 'text/xml', 'text/html; charset=utf-16', 'application/x-www-form-urlencoded', 'text/plain;charset="nonsense"'), fc.string({ unit: 'binary' })))),
    body: fc.oneof(fc.uint8Array(), fc.array(chunk, { maxLength: 30 }).map((chunks) => new TextEncoder().encode(chunks.join('')))),
    bodyTruncated: fc.boolean(),
  });

  it('there is an outcome', () => {
    fc.assert(
      fc.property(raw, fc.constantFrom(undefined, config, ...(['json', 'xml', 'html', 'form', 'text'] as const).map((as) => ({ ...config, as }))), (sent, reading) => {
        const { outcome } = readResponse(reading, sent, NOW);
        expect(['success', 'failure', 'error']).toContain(outcome.outcome);
        if (outcome.outcome === 'error' && outcome.retryAfterMs !== undefined) expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a pattern that backtracks', 'a'.repeat(250_000), 'text/plain'],
    ['a pattern that starts over at every hit', 'x'.repeat(250_000), 'text/plain'],
    ['open elements', '<div>'.repeat(50_000), 'text/html'],
    ['open paragraphs', '<p>'.repeat(80_000), 'text/html'],
    ['open comments', '<!--'.repeat(60_000), 'text/html'],
    ['open brackets', '<'.repeat(250_000), 'text/xml'],
    ['open arrays', '['.repeat(250_000), 'application/json'],
    ['deep arrays', '['.repeat(100_000) + ']'.repeat(100_000), 'application/json'],
    ['many siblings', `<r>${'<a b="1">x</a>'.repeat(1_900)}</r>`, 'text/xml'],
  ])('is read in a moment: %s', (_, body, contentType) => {
    const started = performance.now();
    readResponse(config, answer(200, body, { 'content-type': contentType }), NOW);
    // Seconds, not minutes: what this guards against takes from twenty seconds to forever.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
