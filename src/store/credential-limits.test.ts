import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabases, type Opened } from './testing.ts';

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('limits of credentials, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('give each who asks at once a turn of its own, up to the end of the line', async () => {
    const { credentialLimits } = opened.store;
    const hourly = { intervalMicros: 3_600_000_000, burst: 2 };
    const turns = await Promise.all(Array.from({ length: 8 }, () => credentialLimits.reserve('one', hourly, 3 * 3_600_000_000)));
    const hours = turns.filter(({ granted }) => granted).map(({ waitMicros }) => Math.round(waitMicros / 3_600_000_000));
    expect(hours.sort()).toEqual([0, 0, 1, 2, 3]);
    expect(turns.filter(({ granted }) => !granted)).toHaveLength(3);
    expect(await credentialLimits.reserve('another', hourly, 0)).toEqual({ granted: true, waitMicros: 0 });
  });

  it('let it rest, known or not, never for less than was said before', async () => {
    const { credentialLimits } = opened.store;
    const hourly = { intervalMicros: 3_600_000_000, burst: 1 };
    for (const hours of [2, 1]) await credentialLimits.rest('tired', hours * 3_600_000_000);
    const turns = [await credentialLimits.reserve('tired', hourly, 5 * 3_600_000_000), await credentialLimits.reserve('tired', hourly, 5 * 3_600_000_000)];
    expect(turns.map(({ granted, waitMicros }) => [granted, Math.round(waitMicros / 3_600_000_000)])).toEqual([[true, 2], [true, 3]]);
  });
});
