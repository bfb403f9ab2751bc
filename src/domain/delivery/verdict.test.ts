import { describe, expect, it } from 'vitest';
import type { AttemptOutcome, ErrorCode, ErrorKind } from './outcome.ts';
import { nextWaitMs, type RetryPolicy } from './retry.ts';
import { judgeAttempt } from './verdict.ts';

const policy: RetryPolicy = { kind: 'exponential', attempts: 3, initialMs: 1_000, maxMs: 3_000, multiplier: 2, jitter: 0 };

function error(kind: ErrorKind, code: ErrorCode, retryAfterMs?: number): AttemptOutcome {
  return { outcome: 'error', kind, code, reason: 'because', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function judge(outcome: AttemptOutcome, changes: { countedBefore?: number; isProbe?: boolean } = {}) {
  return judgeAttempt({ outcome, policy, countedBefore: 0, isProbe: false, random: 0, ...changes });
}

describe('judging an attempt', () => {
  it.each([
    ['a success', { outcome: 'success', billable: true }, { next: 'settle', state: 'delivered', deadLetter: null }],
    ['a refusal is final', { outcome: 'failure', reason: 'duplicate', billable: false }, { next: 'settle', state: 'rejected', deadLetter: 'refused' }],
    ['a permanent error fails fast', error('permanent', 'not-found'), { next: 'settle', state: 'failed', reason: 'permanent-error', deadLetter: 'undeliverable' }],
    ['our own fault is ours', error('permanent', 'mapping'), { next: 'settle', state: 'failed', deadLetter: 'ours', counted: false }],
    ['a transient error is tried again', error('transient', 'http-status'), { next: 'retry', counted: true, waitMs: 1_000 }],
    ['Retry-After wins when it is longer', error('transient', 'rate-limited', 60_000), { next: 'retry', waitMs: 60_000 }],
    ['what may have arrived is tried again', error('unknown', 'timeout'), { next: 'retry', counted: true }],
    ['a crash of ours uses up nothing', error('unknown', 'interrupted'), { next: 'retry', counted: false, waitMs: 0 }],
  ] as const)('%s', (_name, outcome, expected) => {
    expect(judge(outcome)).toMatchObject(expected);
  });

  it('ends as failed in an outage when retries are used up', () => {
    expect(judge(error('transient', 'connection'), { countedBefore: 2 })).toMatchObject({ state: 'failed', reason: 'retries-exhausted', inOutage: true });
  });

  it('ends as unknown when the last attempt may have arrived', () => {
    expect(judge(error('unknown', 'timeout'), { countedBefore: 2 })).toMatchObject({ state: 'unknown', deadLetter: 'unknown', inOutage: false });
  });

  it.each([error('transient', 'connection'), error('permanent', 'not-found'), error('unknown', 'timeout')])('gives a failed probe back: %j', (outcome) => {
    expect(judge(outcome, { countedBefore: 2, isProbe: true })).toEqual({ next: 'hold-again', counted: false });
  });

  it('settles a probe that was answered', () => {
    expect(judge(error('permanent', 'invalid-data'), { isProbe: true })).toMatchObject({ next: 'settle', state: 'failed', reason: 'permanent-error' });
    expect(judge({ outcome: 'failure', reason: 'no', billable: false }, { isProbe: true })).toMatchObject({ next: 'settle', state: 'rejected' });
  });
});

describe('the wait before the next attempt', () => {
  it('grows by the multiplier up to its maximum, then ends', () => {
    expect([1, 2, 3].map((failed) => nextWaitMs({ ...policy, attempts: 4 }, failed, undefined, 0))).toEqual([1_000, 2_000, 3_000]);
    expect(nextWaitMs(policy, 3, undefined, 0)).toBeNull();
  });

  it('follows a schedule: n waits are n + 1 attempts', () => {
    const schedule: RetryPolicy = { kind: 'schedule', waitsMs: [5, 15], jitter: 0 };
    expect([1, 2, 3].map((failed) => nextWaitMs(schedule, failed, undefined, 0))).toEqual([5, 15, null]);
  });

  it('is shortened by jitter, never below what the other side asked for', () => {
    const jittery: RetryPolicy = { ...policy, jitter: 0.5 };
    expect(nextWaitMs(jittery, 1, undefined, 1 - Number.EPSILON)).toBe(500);
    expect(nextWaitMs(jittery, 1, 900, 1 - Number.EPSILON)).toBe(900);
  });
});
