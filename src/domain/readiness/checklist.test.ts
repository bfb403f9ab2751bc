import { describe, expect, it } from 'vitest';
import { checklist, type ChecklistInput, type TestResult } from './checklist.ts';

const TEST: TestResult = { at: '2030-01-02T03:04:05.000Z', isCurrent: true, outcome: 'success', code: null, reason: null, status: 200, sentTo: 'production' };
const READY: ChecklistInput = {
  readiness: { authenticates: true, mapped: ['phone.area', 'lead.state', 'lead.fields.id'], readsAnswers: true },
  requiredFields: ['phone', 'state', 'id'],
  timeoutMs: 10_000,
  retry: { kind: 'schedule', waitsMs: [1_000], jitter: 0 },
  trips: 5,
  test: TEST,
};

function open(changes: Partial<ChecklistInput>): [string, string][] {
  return checklist({ ...READY, ...changes }).flatMap(({ check, done, message }) => (done ? [] : [[check, message] as [string, string]]));
}
const readiness = (changes: Partial<ChecklistInput['readiness']>) => ({ readiness: { ...READY.readiness, ...changes } });
const test = (changes: Partial<TestResult>) => ({ test: { ...TEST, ...changes } });

describe('checklist', () => {
  it('is done when everything was set and a test was taken', () => {
    expect(checklist(READY).map(({ check }) => check)).toEqual(['url', 'authentication', 'fields', 'response', 'retries', 'alert', 'test']);
    expect(open({})).toEqual([]);
  });

  it('asks nothing of what only keeps leads but to be tried', () => {
    expect(open({ readiness: { authenticates: null, mapped: null, readsAnswers: null }, test: null }).map(([check]) => check)).toEqual(['test']);
  });

  it.each<[string, Partial<ChecklistInput>, string[], RegExp]>([
    ['never tried', { test: null }, ['url', 'authentication', 'test'], /send a test/],
    ['no answer', test({ outcome: 'error', code: 'timeout', reason: 'no answer within 10 s', status: null }), ['url', 'authentication', 'test'], /no answer within 10 s/],
    ['nothing there', test({ outcome: 'error', code: 'not-found', reason: 'nothing at this address', status: 404 }), ['url', 'authentication', 'test'], /404: nothing/],
    ['moved', test({ outcome: 'failure', reason: 'redirects', status: 301 }), ['url', 'authentication', 'test'], /301/],
    ['sent to a login page', test({ status: 302 }), ['url', 'authentication'], /no credentials are known to be accepted/],
    ['down', test({ outcome: 'error', code: 'http-status', reason: 'HTTP 503', status: 503 }), ['url', 'authentication', 'test'], /503/],
    ['turned away', test({ outcome: 'error', code: 'unauthorized', reason: 'a wrong key', status: 401 }), ['url', 'authentication', 'test'], /a wrong key/],
    ['refused', test({ outcome: 'failure', reason: 'out of area' }), ['test'], /out of area/],
    ['changed since', test({ isCurrent: false }), ['url', 'authentication', 'test'], /the address was not tried as it is/],
    ['unreadable', test({ outcome: 'error', code: 'unreadable-answer', reason: 'no JSON' }), ['response', 'test'], /no JSON/],
    ['anonymous', readiness({ authenticates: false }), ['authentication'], /`auth` or `sign`/],
    ['a field forgotten', readiness({ mapped: ['phone'] }), ['fields'], /state, id.*them/],
    ['the status alone', readiness({ readsAnswers: false }), ['response'], /response\.rules/],
    ['no second attempt', { retry: { kind: 'schedule', waitsMs: [], jitter: 0 } }, ['retries'], /set `retry`/],
  ])('%s', (_, changes, checks, message) => {
    const items = open(changes);
    expect(items.map(([check]) => check)).toEqual(checks);
    expect(items.some(([, text]) => message.test(text))).toBe(true);
  });
  it('says which address answered, and which was never asked', () => {
    const said = (changes: Partial<TestResult>) => Object.fromEntries(checklist({ ...READY, ...test(changes) }).map(({ check, message }) => [check, message]));
    expect(said({})['url']).toBe('the address answered 200 at 2030-01-02T03:04:05.000Z');
    expect(said({ sentTo: 'test' })['url']).toBe('the test address (`testUrl`) answered 200 at 2030-01-02T03:04:05.000Z; tests never ask `url`, so look at it once more');
    expect(said({ sentTo: 'test' })['authentication']).toMatch(/^the test address \(`testUrl`\) answered 200 .* whether `url` takes them is not known/);
    expect(said({})['authentication']).toMatch(/^the address answered 200 to the credentials/);
  });
});
