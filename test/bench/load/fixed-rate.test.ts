import { describe, expect, it } from 'vitest';
import { nowMs } from '../clock.ts';
import { atFixedRate } from './fixed-rate.ts';

const signal = new AbortController().signal;

describe('a fixed rate', () => {
  it('starts each piece at its due time, also while none of those before has ended', async () => {
    const due: number[] = [];
    const early: number[] = [];
    let endAll: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (endAll = resolve));
    const numbers = await atFixedRate({ count: 5, perSecond: 500, signal }, async (number, dueAtMs) => {
      if (nowMs() < dueAtMs) early.push(number);
      due.push(dueAtMs);
      if (number === 5) endAll();
      await end;
      return number;
    });
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expect(early).toEqual([]);
    const spacings = due.slice(1).map((dueAtMs, index) => dueAtMs - (due[index] ?? NaN));
    for (const spacing of spacings) expect(spacing).toBeCloseTo(2, 3);
  });

  it('counts from the due time what was started late', async () => {
    const times: { dueAtMs: number; startedAtMs: number }[] = [];
    await atFixedRate({ count: 3, perSecond: 1_000, signal }, (_, dueAtMs) => {
      times.push({ dueAtMs, startedAtMs: nowMs() });
      // Keeps the one thread of the sender busy past the next due times.
      if (times.length === 1) for (const end = nowMs() + 20; nowMs() < end; );
      return Promise.resolve();
    });
    const [first, second, third] = times.map(({ dueAtMs }) => dueAtMs);
    expect((second ?? NaN) - (first ?? NaN)).toBeCloseTo(1, 3);
    expect((third ?? NaN) - (first ?? NaN)).toBeCloseTo(2, 3);
    expect((times[1]?.startedAtMs ?? NaN) - (first ?? NaN)).toBeGreaterThanOrEqual(20);
  });

  it('rejects with the failure of a piece, and with the reason of an interruption', async () => {
    const failing = atFixedRate({ count: 3, perSecond: 1_000, signal }, (number) => (number === 2 ? Promise.reject(new Error('not accepted')) : Promise.resolve()));
    await expect(failing).rejects.toThrow('not accepted');
    const interruption = new AbortController();
    let started = 0;
    const interrupted = atFixedRate({ count: 100, perSecond: 1_000, signal: interruption.signal }, () => {
      started += 1;
      interruption.abort(new Error('the sink is gone'));
      return Promise.resolve();
    });
    await expect(interrupted).rejects.toThrow('the sink is gone');
    expect(started).toBe(1);
  });
});
