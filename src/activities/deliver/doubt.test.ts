import { describe, expect, it } from 'vitest';
import { doubtOf } from './doubt.ts';

type Attempt = Parameters<typeof doubtOf>[0][number];

const at = (second: number) => `2026-03-01T10:00:0${second}.000Z`;
const attempt = (number: number, kind: string | null, code: string | null, round = 1): Attempt => ({
  number,
  round,
  startedAt: at(number),
  finishedAt: at(number + 1),
  nextAttemptAt: null,
  outcome: kind === null ? 'success' : 'error',
  kind,
  code,
  counted: true,
  configVersion: 1,
});

describe('what is in doubt', () => {
  it('is nothing without an attempt, or after an answer', () => {
    expect(doubtOf([])).toBeNull();
    expect(doubtOf([attempt(1, 'unknown', 'timeout'), attempt(2, 'transient', 'rate-limited')])).toBeNull();
  });

  it('is every attempt since the last answer, of whatever round and in whatever order', () => {
    const attempts = [attempt(3, 'unknown', 'interrupted', 2), attempt(1, 'transient', 'connection'), attempt(2, 'unknown', 'timeout')];
    expect(doubtOf(attempts)).toEqual({ since: at(2), until: at(4) });
  });

  it('is not ended by an attempt that sent nothing', () => {
    for (const code of ['secret-missing', 'mapping', 'interrupted']) {
      expect(doubtOf([attempt(1, 'unknown', 'timeout'), attempt(2, 'permanent', code)])).toEqual({ since: at(1), until: at(2) });
    }
  });
});
