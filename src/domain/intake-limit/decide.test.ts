import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, paceOf, type Pace } from './decide.ts';
import { describeLimit, LIMIT_PERIODS, PERIOD_MICROS } from './limit.ts';

const paces = fc.record({ intervalMicros: fc.integer({ min: 1, max: 5_000 }), burst: fc.integer({ min: 1, max: 20 }) });
/** Times between leads: from none to several intervals. */
const gaps = fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 1, maxLength: 200 });

/** When each lead came, and what was decided. */
function decideAll(pace: Pace, gapsMicros: number[]) {
  let now = 1_000_000;
  let clearAt: number | null = null;
  return gapsMicros.map((gap) => {
    now += gap;
    const decision = decide(clearAt, now, pace);
    const before = clearAt;
    clearAt = decision.clearAt;
    return { now, before, decision };
  });
}

describe('the limit of a source', () => {
  it('lets no more through, in any stretch of time, than a burst and what that time is good for', () => {
    fc.assert(
      fc.property(paces, gaps, (pace, gapsMicros) => {
        const granted = decideAll(pace, gapsMicros).filter(({ decision }) => decision.granted);
        granted.forEach(({ now: from }, first) => {
          granted.slice(first).forEach(({ now: to }, count) => {
            expect(count + 1).toBeLessThanOrEqual(pace.burst + Math.floor((to - from) / pace.intervalMicros));
          });
        });
      }),
    );
  });

  it('refuses no earlier than a full burst, and nobody who keeps to the pace', () => {
    fc.assert(
      fc.property(paces, fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 50 }), (pace, late) => {
        const burst = decideAll(pace, Array.from({ length: pace.burst + 1 }, () => 0));
        expect(burst.map(({ decision }) => decision.granted)).toEqual([...Array.from({ length: pace.burst }, () => true), false]);
        expect(decideAll(pace, late.map((extra) => pace.intervalMicros + extra)).every(({ decision }) => decision.granted)).toBe(true);
      }),
    );
  });

  it('tells a refused lead exactly how long to wait, never longer than one lead’s share', () => {
    fc.assert(
      fc.property(paces, gaps, (pace, gapsMicros) => {
        for (const { now, decision } of decideAll(pace, gapsMicros)) {
          if (decision.granted) continue;
          expect(decision.waitMicros).toBeGreaterThan(0);
          expect(decision.waitMicros).toBeLessThanOrEqual(pace.intervalMicros);
          expect(decide(decision.clearAt, now + decision.waitMicros, pace).granted).toBe(true);
          expect(decide(decision.clearAt, now + decision.waitMicros - 1, pace).granted).toBe(false);
        }
      }),
    );
  });

  it('locks nobody out after the clock was set back, or the limit raised', () => {
    fc.assert(
      fc.property(paces, fc.integer({ min: 0, max: 1e12 }), (pace, ahead) => {
        const now = 1_000_000;
        const first = decide(now + ahead, now, pace);
        const waitMicros = first.granted ? 0 : first.waitMicros;
        expect(decide(first.clearAt, now + waitMicros + pace.intervalMicros, pace).granted).toBe(true);
      }),
    );
  });

  it('has a pace that is never faster than what is written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIMIT_PERIODS), fc.integer({ min: 1, max: 10_000 }), (per, leads) => {
        const { intervalMicros } = paceOf({ leads, per, burst: 1 });
        expect(intervalMicros * leads).toBeGreaterThanOrEqual(PERIOD_MICROS[per]);
        expect((intervalMicros - 1) * leads).toBeLessThan(PERIOD_MICROS[per]);
      }),
    );
  });

  it('reads like what was written', () => {
    expect([describeLimit({ leads: 1, per: 'hour', burst: 1 }), describeLimit({ leads: 100, per: 'minute', burst: 20 })]).toEqual([
      '1 lead per hour',
      '100 leads per minute, 20 at once',
    ]);
  });
});
