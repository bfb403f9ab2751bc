import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../domain/intake-limit/decide.ts';
import { createSourceLimitStore } from './source-limits.ts';
import { testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('limits of sources, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('are written by the very rule that decides, also when the limit changes and the clock is set back', async () => {
    let nowMicros = 1_700_000_000_000_000;
    const limits = createSourceLimitStore(opened.database, () => sql`${nowMicros}::bigint`);
    const paces = fc.record({ intervalMicros: fc.integer({ min: 1, max: 400_000_000 }), burst: fc.integer({ min: 1, max: 5 }) });
    const steps = fc.array(fc.record({ gap: fc.integer({ min: -500_000, max: 1_000_000_000 }), pace: paces }), { minLength: 1, maxLength: 12 });
    let source = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        source += 1;
        let clearAt: number | null = null;
        for (const { gap, pace } of taken) {
          nowMicros += gap;
          const expected = decide(clearAt, nowMicros, pace);
          expect(await limits.take(`source-${source}`, pace)).toEqual(expected);
          clearAt = expected.clearAt;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('grant one burst to all who ask at once, by the database’s clock, and what was given back once more', async () => {
    const { sourceLimits } = opened.store;
    const hourly = { intervalMicros: 3_600_000_000, burst: 5 };
    const asked = await Promise.all(Array.from({ length: 25 }, () => sourceLimits.take('web', hourly)));
    expect(asked.filter(({ granted }) => granted)).toHaveLength(5);
    await sourceLimits.giveBack('web', hourly);
    const again = [await sourceLimits.take('web', hourly), await sourceLimits.take('web', hourly)];
    expect(again.map(({ granted }) => granted)).toEqual([true, false]);
    expect((await sourceLimits.take('partner', hourly)).granted).toBe(true);
  });
});
