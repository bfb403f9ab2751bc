import { describe, expect, it } from 'vitest';
import { checkResponse, responseSchema, type ResponseMistake } from './schema.ts';

function check(config: unknown): ResponseMistake[] {
  return checkResponse(responseSchema.parse(config));
}

describe('responseSchema', () => {
  it.each([
    ['two tests', { rules: [{ search: 'a', equals: 'b', outcome: 'success' }] }],
    ['no test', { rules: [{ outcome: 'success' }] }],
    ['two places', { rules: [{ search: 'a', at: 'x', header: 'y', outcome: 'success' }] }],
    ['a place for a condition', { rules: [{ when: 'true', at: 'x', outcome: 'success' }] }],
    ['a kind of a success', { rules: [{ status: 200, outcome: 'success', kind: 'transient' }] }],
    ['a price of an error', { rules: [{ status: 200, outcome: 'error', price: 1 }] }],
    ['a wait that nobody waits', { rules: [{ status: 200, outcome: 'error', kind: 'permanent', retryAfter: '5s' }] }],
    ['an unknown key', { rules: [], reson: 'x' }],
    ['an unknown outcome', { otherwise: 'maybe' }],
    ['no status', { rules: [{ status: 700, outcome: 'success' }] }],
  ])('refuses %s', (_, config) => {
    expect(responseSchema.safeParse(config).success).toBe(false);
  });

  it('takes what YAML makes of true and 5', () => {
    expect(responseSchema.parse({ rules: [{ equals: true, at: 'ok', outcome: 'success' }, { equals: 5, header: 'X-N', outcome: 'success' }] }).rules).toMatchObject([{ test: { term: 'true' } }, { test: { term: '5' } }]);
  });
});

describe('checkResponse', () => {
  it.each<[string, unknown, (string | number)[], RegExp]>([
    ['a pattern that does not compile', { rules: [{ matches: '(', outcome: 'success' }] }, ['rules', 0, 'matches'], /does not compile/],
    ['lookaround', { rules: [{ search: '/(?=a)b/', outcome: 'success' }] }, ['rules', 0, 'search'], /lookaround/],
    ['a back reference', { rules: [{ matches: '(a)\\1', outcome: 'success' }] }, ['rules', 0, 'matches'], /back references/],
    ['a pattern that is too large', { rules: [{ matches: '[xy].{900}z', outcome: 'success' }] }, ['rules', 0, 'matches'], /too much/],
    ['a condition', { rules: [{ status: 200, outcome: 'success' }, { when: 'response.status ==', outcome: 'success' }] }, ['rules', 1, 'when'], /./],
    ['a variable that is not there', { rules: [{ when: 'lead.state == "CA"', outcome: 'success' }] }, ['rules', 0, 'when'], /lead/],
    ['a template', { rules: [{ status: 400, outcome: 'failure', reason: 'Bad: {response.body.x' }] }, ['rules', 0, 'reason'], /\{/],
    ['a part that no answer has', { rules: [{ status: 400, outcome: 'failure', reason: '{response.code}' }] }, ['rules', 0, 'reason'], /response\.code/],
    ['an XPath', { rules: [{ search: 'x', at: '//a[', outcome: 'success' }] }, ['rules', 0, 'at'], /XPath/],
    ['a selector', { as: 'html', reason: 'p[' }, ['reason'], /CSS/],
    ['a path of another format', { as: 'json', recipientId: '//lead/@id' }, ['recipientId'], /plain key/],
    ['a function that XPath has not', { as: 'xml', price: 'matches(//a, "b")' }, ['price'], /XPath/],
    ['one of several paths', { reason: ['message', 'a..b['] }, ['reason', 1], /dot path/],
    ['a capture without group', { captures: { id: { pattern: 'id=\\d+' } } }, ['captures', 'id', 'pattern'], /one group/],
    ['a capture with two groups', { as: 'text', captures: { id: '(a)(b)' } }, ['captures', 'id'], /one group/],
  ])('finds %s', (_, config, path, message) => {
    expect(check(config)).toEqual([{ path, message: expect.stringMatching(message) as string }]);
  });

  it('accepts every kind of path', () => {
    expect(
      check({
        rules: [
          { when: 'response.status == 200 && response.body.created', outcome: 'success', billable: true },
          { search: '/acc(e)+pted/i', at: 'result.items.*.status', outcome: 'success', price: '$.price', recipientId: 'L-{response.body.id}' },
          { matches: '^(a+)+$', at: '/r/status[@code="1"]/text()', outcome: 'failure', reason: 'Code {response.headers.x-code}: {message}' },
          { equals: 'ok', at: '#result > input[name="x"]@value', outcome: 'error', retryAfter: 'retry.in' },
          { equals: 'ok', at: '//ns:Status', outcome: 'success' },
        ],
        reason: ['message', 'errors[a.b].0', 'reason=(\\w+)'],
        captures: { id: { pattern: '/id=(\\d+)/i', at: 'text' }, session: { cookie: 's' } },
      }),
    ).toEqual([]);
  });
});
