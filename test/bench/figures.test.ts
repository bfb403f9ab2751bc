import { describe, expect, it } from 'vitest';
import { average, median, percentile, perSecond, ratio, summarize } from './figures.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('percentile', () => {
  it.each([
    { values: [7], percent: 50, expected: 7 },
    { values: [7], percent: 95, expected: 7 },
    { values: [2, 1], percent: 50, expected: 1 },
    { values: [3, 1, 2], percent: 50, expected: 2 },
    { values: upTo(20), percent: 95, expected: 19 },
    { values: upTo(30), percent: 95, expected: 29 },
    { values: upTo(100), percent: 95, expected: 95 },
    { values: upTo(100), percent: 100, expected: 100 },
    { values: [10, 9, -1], percent: 1, expected: -1 },
  ])('$percent % of $values.length values is $expected', ({ values, percent, expected }) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses no values, and what is no percentile', () => {
    expect(() => percentile([], 50)).toThrow('nothing was measured');
    for (const percent of [0, -1, 101, NaN]) expect(() => percentile([1], percent)).toThrow('no percentile');
  });
});

describe('the other figures', () => {
  it('summarize times', () => {
    expect(summarize(upTo(100).toReversed())).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it.each([
    { values: [4], expected: 4 },
    { values: [9, 1, 2], expected: 2 },
    { values: [10, 1, 3, 2], expected: 2.5 },
  ])('have $expected as the median of $values', ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  it('have no median of nothing', () => {
    expect(() => median([])).toThrow('nothing was measured');
  });

  it('compare', () => {
    expect(ratio(30, 20)).toBe(1.5);
    expect(() => ratio(30, 0)).toThrow('no figure to make a ratio to');
  });

  it('average counts', () => {
    expect(average([1, 2, 6])).toBe(3);
    expect(() => average([])).toThrow('nothing was measured');
  });

  it('make a rate of milliseconds', () => {
    expect(perSecond(300, 15_000)).toBe(20);
    expect(() => perSecond(300, 0)).toThrow('no duration');
  });
});
