import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('arguments', () => {
  it('measure speed in full where nothing is said', () => {
    expect(readArguments([])).toEqual({
      mode: 'speed',
      json: false,
      leads: 300,
      concurrency: 50,
      rounds: 3,
      scenarios: [],
      withFloor: true,
      idleLeads: 50,
      warmUpLeads: 3_000,
      rateShare: 0.2,
      inFlight: 1_000,
      database: 'embedded',
    });
  });

  it('say what is measured, and how much', () => {
    const args = ['--leads', '30', '--concurrency', '5', '--rounds', '2', '--scenario', 'failover', '--scenario=fan-out-1', '--json', '--no-floor'];
    expect(readArguments(args)).toMatchObject({ mode: 'speed', leads: 30, concurrency: 5, rounds: 2, scenarios: ['failover', 'fan-out-1'], json: true, withFloor: false });
    expect(readArguments(['--isolation', '--rate-share', '0.25', '--in-flight', '500'])).toMatchObject({ mode: 'isolation', rateShare: 0.25, inFlight: 500 });
    expect(readArguments(['--postgres'])).toMatchObject({ mode: 'speed', database: 'postgres' });
    expect(readArguments(['--masking'])).toMatchObject({ mode: 'masking', rounds: 5 });
    expect(readArguments(['--recovery'])).toMatchObject({ mode: 'recovery', leads: 40, rounds: 3, database: 'postgres' });
  });

  it('are few in a quick run, but for what is said', () => {
    expect(readArguments(['--quick'])).toMatchObject({ leads: 40, rounds: 1, idleLeads: 10, warmUpLeads: 20, inFlight: 100 });
    expect(readArguments(['--isolation', '--quick', '--leads', '70', '--in-flight', '1000', '--warm-up', '5'])).toMatchObject({ leads: 70, inFlight: 1_000, warmUpLeads: 5 });
  });

  it.each([
    { args: ['--leads', '0'], message: '--leads' },
    { args: ['--leads', '1.5'], message: '--leads' },
    { args: ['--warm-up', '0'], message: '--warm-up' },
    { args: ['--rounds', 'many'], message: '--rounds' },
    { args: ['--scenario', 'fan-out-9'], message: '--scenario' },
    { args: ['--rate-share', '0'], message: '--rate-share' },
    { args: ['--in-flight', '1001'], message: '--in-flight' },
    { args: ['--isolation', '--recovery'], message: 'one at a time' },
    { args: ['--recovery', '--masking'], message: 'one at a time' },
    { args: ['--fast'], message: '--fast' },
  ])('are refused where they mean nothing: $args', ({ args, message }) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});
