import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../intake-limit/decide.ts';
import { lineOf, reserve } from './reserve.ts';

const paces = fc.record({ intervalMicros: fc.integer({ min: 1, max: 5_000 }), burst: fc.integer({ min: 1, max: 10 }) });
const gaps = fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 150 });
const aheads = fc.integer({ min: 0, max: 40_000 });

describe('a turn of a credential', () => {
  it('keeps to the pace when everybody goes at their own moment, and is never further off than the line is long', () => {
    fc.assert(
      fc.property(paces, gaps, aheads, (pace, gapsMicros, ahead) => {
        let now = 1_000_000;
        let clearAt: number | null = null;
        const goes: number[] = [];
        for (const gap of gapsMicros) {
          now += gap;
          const turn = reserve(clearAt, now, pace, ahead);
          clearAt = decide(clearAt, now, lineOf(pace, ahead)).clearAt;
          if (!turn.granted) {
            expect(turn.waitMicros).toBeGreaterThan(0);
            continue;
          }
          expect(turn.waitMicros).toBeLessThanOrEqual(ahead);
          goes.push(now + turn.waitMicros);
        }
        goes.forEach((from, first) => {
          goes.slice(first).forEach((to, count) => expect(count + 1).toBeLessThanOrEqual(pace.burst + Math.floor((to - from) / pace.intervalMicros)));
        });
      }),
    );
  });

  it('is at once for a burst, then one interval after another, and not given out beyond the line', () => {
    const pace = { intervalMicros: 100, burst: 2 };
    let clearAt: number | null = null;
    const turns = Array.from({ length: 6 }, () => {
      const turn = reserve(clearAt, 0, pace, 250);
      clearAt = decide(clearAt, 0, lineOf(pace, 250)).clearAt;
      return turn;
    });
    expect(turns).toEqual([
      { granted: true, waitMicros: 0 },
      { granted: true, waitMicros: 0 },
      { granted: true, waitMicros: 100 },
      { granted: true, waitMicros: 200 },
      { granted: false, waitMicros: 100 },
      { granted: false, waitMicros: 100 },
    ]);
  });
});
