import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

describe('what was put in a moment ago', () => {
  it('is remembered until its time is over, counted from when it was put last', () => {
    let nowMs = 0;
    const recent = new Recent<string, number>({ forMs: 100, most: 10 }, () => nowMs);
    recent.put('a', 1);
    recent.put('b', 2);
    nowMs = 60;
    recent.put('a', 3);
    nowMs = 110;
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, undefined]);
    nowMs = 161;
    expect(recent.get('a')).toBeUndefined();
  });

  it('is given away once by take', () => {
    const recent = new Recent<string, number>({ forMs: 100, most: 10 }, () => 0);
    recent.put('a', 1);
    expect([recent.take('a'), recent.take('a')]).toEqual([1, undefined]);
  });

  it('makes room for the newest, and keeps nothing whose time is over', () => {
    let nowMs = 0;
    const recent = new Recent<number, string>({ forMs: 100, most: 3 }, () => nowMs);
    for (const key of [1, 2, 3, 4]) recent.put(key, `value ${key}`);
    expect([1, 2, 3, 4].map((key) => recent.get(key) !== undefined)).toEqual([false, true, true, true]);
    const collected: number[] = [];
    const watched = new Recent<number, { readonly key: number }>({ forMs: 100, most: 1_000 }, () => nowMs);
    for (const key of [1, 2]) watched.put(key, { key });
    nowMs = 200;
    watched.put(3, { key: 3 });
    nowMs = 0;
    // Were they still there, the clock that went back would show them.
    for (const key of [1, 2, 3]) collected.push(watched.get(key)?.key ?? 0);
    expect(collected).toEqual([0, 0, 3]);
  });
});
