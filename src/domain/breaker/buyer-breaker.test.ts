import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../delivery/outcome.ts';
import { breakerStateFrom, BuyerBreaker, EVERY_DESTINATION, initialBreakerState } from './buyer-breaker.ts';
import { readGate } from './gate.ts';
import type { BreakerSettings, Report } from './report.ts';

const SETTINGS: BreakerSettings = { trips: 5, cooldownMs: 60_000, resume: 'auto' };
const NOW = Date.parse('2026-01-01T12:00:00.000Z');

function breakerWith(settings: Partial<BreakerSettings> = {}): BuyerBreaker {
  return new BuyerBreaker(initialBreakerState('acme'), { ...SETTINGS, ...settings });
}

function errors(count: number, fromMs = NOW, code: ErrorCode = 'http-status'): Report {
  const list = Array.from({ length: count }, (_, index) => ({ atMs: fromMs + index, code, leadId: `lead-${index}` }));
  return { destination: 'api', errors: list, lastSuccessAtMs: null, probe: null };
}

function success(atMs: number): Report {
  return { destination: 'api', errors: [], lastSuccessAtMs: atMs, probe: null };
}

function probeEnd(number: number, result: 'answered' | 'failed', atMs: number): Report {
  const list = result === 'failed' ? [{ atMs, code: 'timeout' as const, leadId: 'probe' }] : [];
  return { destination: 'api', errors: list, lastSuccessAtMs: result === 'answered' ? atMs : null, probe: { number, result } };
}

function stateOf(breaker: BuyerBreaker): string {
  return breaker.snapshot.gate.destinations['api']?.state ?? 'closed';
}

/** A breaker that five errors have opened. */
function opened(settings: Partial<BreakerSettings> = {}): BuyerBreaker {
  const breaker = breakerWith(settings);
  breaker.report(errors(5), NOW);
  breaker.takeTransition();
  return breaker;
}

describe('a breaker that is closed', () => {
  it('opens at the fifth error in a row, raises one alert, and says when it will probe', () => {
    const breaker = breakerWith();
    breaker.report(errors(4), NOW);
    expect(breaker.hasTransition).toBe(false);
    breaker.report(errors(1, NOW + 10), NOW + 10);
    const next = breaker.takeTransition();
    expect(next?.gate).toMatchObject({ version: 1, destinations: { api: { state: 'open', errors: 5, nextProbeAt: new Date(NOW + 60_010).toISOString() } } });
    expect(next?.transition.raised).toMatchObject([{ kind: 'breaker-open', destination: 'api', leadId: 'lead-0' }]);
    expect(readGate(next?.gate, 'api')).toEqual({ gate: 'shut', reason: 'breaker-open' });
    expect(readGate(next?.gate, 'inbox')).toEqual({ gate: 'open-to-send' });
  });

  it('begins to count anew after a success', () => {
    const breaker = breakerWith();
    breaker.report(errors(4), NOW);
    breaker.report(success(NOW + 100), NOW + 100);
    breaker.report(errors(4, NOW + 200), NOW + 200);
    expect(breaker.hasTransition).toBe(false);
  });

  it('drops errors that are older than the latest success, in whatever order they come', () => {
    const breaker = breakerWith();
    breaker.report(success(NOW + 100), NOW + 100);
    breaker.report(errors(5, NOW), NOW + 200);
    expect(breaker.hasTransition).toBe(false);
  });

  it.each(['unauthorized', 'forbidden', 'gone'] as const)('shuts at once and for a person on %s', (code) => {
    const breaker = breakerWith();
    breaker.report(errors(1, NOW, code), NOW);
    expect(breaker.takeTransition()?.transition.raised).toMatchObject([{ kind: 'destination-shut', reason: expect.stringMatching(new RegExp(`\\(${code}\\).*resume the destination`)) as string }]);
    expect(breaker.nextTickAtMs).toBeNull();
    expect(stateOf(breaker)).toBe('open');
  });
});

describe('a breaker that is open', () => {
  it('grants exactly one probe after the cooldown, to a held lead first', () => {
    const breaker = opened();
    breaker.tick(NOW + 59_999);
    expect(breaker.hasTransition).toBe(false);
    breaker.tick(NOW + 60_000);
    const next = breaker.takeTransition();
    expect(readGate(next?.gate, 'api')).toEqual({ gate: 'probe', probe: 1 });
    expect(next?.transition.release).toEqual([{ destination: 'api', amount: 'one', outageSince: null }]);
    breaker.tick(NOW + 120_000);
    expect(breaker.hasTransition).toBe(false);
  });

  it('is shut for a person, with an alert of its own, by a probe that was refused access', () => {
    const breaker = breakerWith();
    breaker.report(errors(5, NOW), NOW);
    breaker.tick(NOW + 60_000);
    breaker.takeTransition();
    breaker.report({ ...probeEnd(1, 'failed', NOW + 60_500), errors: [{ atMs: NOW + 60_500, code: 'unauthorized', leadId: 'probe' }] }, NOW + 60_500);
    expect(breaker.takeTransition()).toMatchObject({
      gate: { destinations: { api: { state: 'open', nextProbeAt: null, reason: expect.stringContaining('(unauthorized)') as string } } },
      transition: { raised: [{ kind: 'destination-shut', destination: 'api', leadId: 'probe', reason: expect.stringContaining('resume the destination') as string }] },
    });
  });

  it('closes on a probe that was answered, and lets everything go that waits or failed in the outage', () => {
    const breaker = opened();
    breaker.tick(NOW + 60_000);
    breaker.takeTransition();
    breaker.report(probeEnd(1, 'answered', NOW + 60_500), NOW + 60_500);
    const next = breaker.takeTransition();
    expect(stateOf(breaker)).toBe('closed');
    expect(next?.transition).toMatchObject({ recovered: ['api'], release: [{ destination: 'api', amount: 'all', outageSince: new Date(NOW).toISOString() }] });
  });

  it('doubles the cooldown with each failed probe, to at most an hour', () => {
    const breaker = opened();
    let now = NOW + 60_000;
    const waits: number[] = [];
    for (let probe = 1; probe <= 8; probe += 1) {
      breaker.tick(now);
      breaker.report(probeEnd(probe, 'failed', now + 5), now + 5);
      const due = breaker.nextTickAtMs;
      expect(due).not.toBeNull();
      waits.push((due ?? 0) - (now + 5));
      now = due ?? now;
    }
    expect(waits.map((wait) => wait / 60_000)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('takes no notice of the end of a probe that is not the present one', () => {
    const breaker = opened();
    breaker.tick(NOW + 60_000);
    breaker.report(probeEnd(7, 'answered', NOW + 60_500), NOW + 60_500);
    expect(stateOf(breaker)).toBe('half-open');
  });

  it('never probes with resume: manual, and closes when somebody resumes', () => {
    const breaker = opened({ resume: 'manual' });
    expect(breaker.nextTickAtMs).toBeNull();
    breaker.resume(null, NOW + 1);
    expect(stateOf(breaker)).toBe('closed');
  });

  it('closes when a success proves that the errors were never in a row', () => {
    const breaker = opened();
    breaker.report(success(NOW + 3), NOW + 20);
    expect(stateOf(breaker)).toBe('closed');
  });

  it('does not count errors of requests that left before it closed', () => {
    const breaker = opened();
    breaker.resume('api', NOW + 1_000);
    breaker.report(errors(5, NOW + 10), NOW + 1_001);
    expect(stateOf(breaker)).toBe('closed');
  });
});

describe('a pause by hand', () => {
  it('shuts every destination, keeps probes away, and releases everything when it is lifted', () => {
    const breaker = opened();
    breaker.pause('holiday', null, NOW);
    expect(readGate(breaker.takeTransition()?.gate, 'other')).toEqual({ gate: 'shut', reason: 'buyer-paused' });
    breaker.tick(NOW + 120_000);
    expect(breaker.hasTransition).toBe(false);
    breaker.resume(null, NOW + 130_000);
    const next = breaker.takeTransition();
    expect(next?.transition.release.map((release) => release.destination)).toContain(EVERY_DESTINATION);
    expect(readGate(next?.gate, 'api')).toEqual({ gate: 'open-to-send' });
  });

  it('can shut one destination only', () => {
    const breaker = breakerWith();
    breaker.pause('maintenance', 'api', NOW);
    const gate = breaker.takeTransition()?.gate;
    expect(readGate(gate, 'api')).toEqual({ gate: 'shut', reason: 'buyer-paused' });
    expect(readGate(gate, 'inbox')).toEqual({ gate: 'open-to-send' });
  });
});

describe('what a transition releases', () => {
  it('names each destination once, however often it changed meanwhile', () => {
    const breaker = breakerWith();
    for (let time = 0; time < 3; time += 1) {
      breaker.pause('maintenance', 'api', NOW);
      breaker.resume('api', NOW + 1);
    }
    expect(breaker.takeTransition()?.transition.release).toEqual([{ destination: 'api', amount: 'all', outageSince: null }]);
  });

  it('goes back to the first error of the outage, also when it is no longer listed', () => {
    const breaker = breakerWith();
    breaker.report(errors(40), NOW + 40);
    breaker.takeTransition();
    breaker.resume('api', NOW + 1_000);
    expect(breaker.takeTransition()?.transition.release).toMatchObject([{ outageSince: new Date(NOW).toISOString() }]);
  });

  it('remembers the outage of a destination that somebody paused', () => {
    const breaker = opened();
    breaker.pause('looking into it', 'api', NOW + 10);
    breaker.resume('api', NOW + 1_000);
    expect(breaker.takeTransition()?.transition.release).toMatchObject([{ outageSince: new Date(NOW).toISOString() }]);
  });
});

describe('what a breaker publishes', () => {
  it('goes above what the store has already', () => {
    const breaker = breakerWith();
    breaker.pause('holiday', null, NOW);
    breaker.takeTransition();
    breaker.overtake(7);
    expect(breaker.takeTransition()?.gate).toMatchObject({ version: 8, paused: { reason: 'holiday' } });
  });

  it('has a version above all before it, also when it goes on from a published gate', () => {
    const breaker = opened();
    const { gate } = breaker.snapshot;
    const restored = new BuyerBreaker(breakerStateFrom(gate), SETTINGS);
    restored.tick(NOW + 60_000);
    expect(restored.takeTransition()?.gate.version).toBe(gate.version + 1);
    expect(stateOf(restored)).toBe('half-open');
  });
});
