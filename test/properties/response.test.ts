import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../src/domain/response/answer.ts';
import { readResponse } from '../../src/domain/response/read.ts';
import { checkResponse, responseSchema } from '../../src/domain/response/schema.ts';
import { hostileText } from './arbitraries.ts';

const NOW = new Date('2024-03-10T04:30:00.000Z');
/** The buyer's words (1,000 characters, each of two units at most) and ours around them. */
const LONGEST_REASON = 2_600;

const fragment = fc.constantFrom(
  '<?xml version="1.0" encoding="utf-16"?>', '<r>', '</r>', '<r a="1">ok</r>', '<![CDATA[', ']]>', '<!--', '-->', '<!DOCTYPE r [<!ENTITY e "x">]>', '&e;', '&#0;', '&#xD800;', '<html><body>', '<p class="x">no', '<div>',
  '{"outcome":"success","status":"ok"}', '{"__proto__":{"ok":true}}', '{', '}', '[', ']', '":', '"', ',', '1e999', '12345678901234567890', 'null', 'true', 'a=b&c=d', '&', '=', '%', '%E0', '\u0000', '\n', '\ufeff',
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.oneof(fragment, hostileText), { maxLength: 12 }).map((parts) => new TextEncoder().encode(parts.join(''))),
  fc.tuple(fc.constantFrom('<a>', '[', '{"a":', '<p>', '<!--', 'a=1&', '&', 'x'), fc.integer({ min: 100, max: 20_000 })).map(([unit, count]) => new TextEncoder().encode(unit.repeat(count))),
  fc.json({ noUnicodeString: false }).map((text) => new TextEncoder().encode(text)),
  fc.json().map((text) => new Uint8Array(Buffer.from(text, 'utf16le'))),
);
const mediaType = fc
  .tuple(
    fc.constantFrom('application/json', 'application/problem+json', 'text/xml', 'application/soap+xml', 'text/html', 'application/x-www-form-urlencoded', 'text/plain', 'image/png', '', ';;;'),
    fc.constantFrom('', '; charset=utf-8', '; charset=utf-16', '; charset="latin1"', '; charset=x-nonsense', '; charset=ibm866', '; charset=', ';charset=\'utf-16be\''),
  )
  .map((parts) => parts.join(''));
const header = fc.oneof(
  mediaType.map((type): [string, string] => ['Content-Type', type]),
  fc.tuple(fc.constantFrom('Retry-After', 'Location', 'Set-Cookie', '__proto__', 'X-A'), fc.oneof(hostileText, fc.constantFrom('30', '-1', '1e9', 'Sun, 10 Mar 2024 04:31:00 GMT', `https://${'a'.repeat(5_000)}.example/`, 'id=7; path=/', '__proto__=1'))),
);
const answer: fc.Arbitrary<RawAnswer> = fc.record({
  status: fc.oneof(fc.constantFrom(200, 201, 302, 400, 401, 410, 422, 429, 500, 503), fc.integer({ min: 100, max: 999 })),
  headers: fc.array(header, { maxLength: 4 }),
  body,
  bodyTruncated: fc.boolean(),
});

const path = fc.constantFrom('a', 'status', 'outcome', '*', 'a.*', '$.a', '[a.b]', '__proto__.ok', '0', '//r', '//r/@a', 'count(//*)', 'string(//a)', 'p', 'p.x', 'html@lang', 'a > p', '(.*)', '=(\\w+)', 'x');
const sourceOf = fc.oneof(path, fc.constantFrom({ header: 'X-A' }, { cookie: '__proto__' }, { pattern: '(.)' }, { pattern: '/(a*)b|x/i', at: 'a' }));
const sources = fc.oneof(sourceOf, fc.array(sourceOf, { minLength: 1, maxLength: 3 }));
const text = fc.constantFrom('said {response.body}', '{response.body.outcome}', '{response.headers.x-a}{a}', '{response.status}', 'no', '{{}}', '{//r}');
const test = fc.oneof(
  fc.record({ when: fc.constantFrom('response.status == 200', 'response.body.outcome == "success"', 'response.body.exists(x, x == 1)', 'response.headers["x-a"] != null', 'size(response.body) > 3', 'response.body.matches("(a|b)*c")', 'response.body.a.b.c == null', 'response.body["__proto__"] != null') }),
  fc.record({ status: fc.constantFrom(200, '2xx', ['4xx', 500]) }),
  fc.record({ search: fc.constantFrom('ok', '/^.*$/s', '<r', 'success') }),
  fc.record({ equals: fc.constantFrom('ok', 1, true), at: path }),
  fc.record({ matches: fc.constantFrom('(a+)+$', '^\\d*$', 'é'), header: fc.constant('X-A') }),
);
const outcome = fc.oneof(
  fc.record({ outcome: fc.constantFrom('success', 'failure'), billable: fc.boolean(), reason: text, price: fc.oneof(fc.constantFrom(0, 12.5), path, text), recipientId: fc.oneof(path, text) }, { requiredKeys: ['outcome'] }),
  fc.record({ outcome: fc.constant('error'), kind: fc.constant('transient'), reason: text, retryAfter: fc.oneof(fc.constantFrom('30s', 10, 0), path) }, { requiredKeys: ['outcome'] }),
);
const reading = fc
  .record(
    {
      rules: fc.array(fc.tuple(test, outcome).map((parts) => Object.assign({}, ...parts) as unknown), { maxLength: 3 }),
      otherwise: fc.constantFrom('success', 'failure', 'error'),
      reason: sources,
      recipientId: sources,
      price: sources,
      captures: fc.dictionary(fc.constantFrom('id', 'outcome', '__proto__', 'constructor'), sources, { maxKeys: 3 }),
      as: fc.constantFrom('json', 'xml', 'html', 'form', 'text'),
    },
    { requiredKeys: [] },
  )
  .map((written) => responseSchema.parse(written));

describe('an answer', () => {
  it('of any bytes, type and character set comes to an outcome with a bounded reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(undefined), reading), answer, (config, raw) => {
        fc.pre(config === undefined || checkResponse(config).length === 0);
        const { outcome: judged, captures } = readResponse(config, raw, NOW);
        expect(['success', 'failure', 'error']).toContain(judged.outcome);
        expect((judged.reason ?? '').length).toBeLessThanOrEqual(LONGEST_REASON);
        if (judged.outcome === 'error') {
          expect(judged.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
          expect(judged.retryAfterMs ?? 0).toBeLessThanOrEqual(3_600_000);
        } else {
          expect(Number.isFinite(judged.price ?? 0)).toBe(true);
          expect((judged.recipientId ?? '').length).toBeLessThanOrEqual(LONGEST_REASON);
        }
        expect(Object.keys(captures).filter((name) => !Object.hasOwn(config?.captures ?? {}, name))).toEqual([]);
        expect(Object.values(captures).every((value) => typeof value === 'string')).toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('cannot say our words for us: its own outcome, price and the like change nothing', () => {
    const ours = fc.record({
      outcome: fc.constantFrom('success', 'failure', 'error'), kind: fc.constant('permanent'), code: fc.constant('internal'), billable: fc.boolean(), price: fc.integer(), recipientId: fc.string(), reason: fc.string(),
      retryAfterMs: fc.integer(), status: fc.constant(500), captures: fc.constant({ x: 'y' }), problems: fc.constant(['z']), bodyTruncated: fc.constant(true),
    }, { requiredKeys: [] });
    fc.assert(
      fc.property(ours, fc.constantFrom(200, 302, 401, 429, 503), (said, status) => {
        const json = (value: unknown): RawAnswer => ({ status, headers: [['content-type', 'application/json']], body: new TextEncoder().encode(JSON.stringify(value)), bodyTruncated: false });
        for (const config of [undefined, responseSchema.parse({ captures: { outcome: 'nowhere' } })]) {
          expect(readResponse(config, json({ body: said, ...said }), NOW)).toEqual(readResponse(config, json({}), NOW));
        }
      }),
    );
  });

  it('keeps what it says under our names apart, in the captures', () => {
    fc.assert(
      fc.property(fc.constantFrom('outcome', 'billable', 'constructor', 'toString', 'price'), fc.stringMatching(/^[a-z]{1,10}$/), (name, said) => {
        const config = responseSchema.parse({ captures: { [name]: name } });
        const raw: RawAnswer = { status: 200, headers: [], body: new TextEncoder().encode(JSON.stringify({ [name]: said })), bodyTruncated: false };
        expect(readResponse(config, raw, NOW)).toEqual({ outcome: { outcome: 'success', billable: true }, captures: { [name]: said }, problems: [] });
      }),
    );
  });

  it('is the same in every encoding of the same text', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'é', '€', '中', '😀', ' ') }).map((value) => `.${value}.`);
    fc.assert(
      fc.property(plain, (said) => {
        const config = responseSchema.parse({ reason: 'message' });
        const json = JSON.stringify({ message: said });
        const bodies: [string, Uint8Array][] = [
          ['application/json', Buffer.from(json)],
          ['application/json', Buffer.from(`\ufeff${json}`)],
          ['application/json; charset=utf-16le', Buffer.from(json, 'utf16le')],
          ['application/json', Buffer.from(`\ufeff${json}`, 'utf16le')],
          ['text/plain', Buffer.from(json, 'utf16le').swap16()],
        ];
        const reasons = bodies.map(([type, bytes]) => readResponse(config, { status: 200, headers: [['content-type', type]], body: bytes, bodyTruncated: false }, NOW).outcome.reason);
        expect(reasons).toEqual(bodies.map(() => said.replace(/ +/g, ' ')));
      }),
    );
  });
});
