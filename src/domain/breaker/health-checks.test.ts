import { describe, expect, it } from 'vitest';
import { breakerStateFrom, BuyerBreaker, initialBreakerState } from './buyer-breaker.ts';
import type { BreakerSettings, Report } from './report.ts';

const SETTINGS: BreakerSettings = { trips: 3, cooldownMs: 60_000, resume: 'auto' };
const NOW = Date.parse('2026-01-01T02:00:00.000Z');

const nothing = { destination: 'api', errors: [], lastSuccessAtMs: null, probe: null } satisfies Report;

/** What happens to a destination, in a line of a table: at each step a second has passed. */
const STEPS = {
  'check fails': (atMs: number): Report => ({ ...nothing, errors: [{ atMs, code: 'health-check', leadId: null, reason: 'HTTP 503. Check their system.' }] }),
  'check passes': (atMs: number): Report => ({ ...nothing, passedCheckAtMs: atMs }),
  'check of before passes': (atMs: number): Report => ({ ...nothing, passedCheckAtMs: atMs - 1_500 }),
  'check of before fails': (atMs: number): Report => ({ ...nothing, errors: [{ atMs: atMs - 1_500, code: 'health-check', leadId: null, reason: 'HTTP 503. Check their system.' }] }),
  'lead fails': (atMs: number): Report => ({ ...nothing, errors: [{ atMs, code: 'http-status', leadId: `lead-${atMs}` }] }),
  'lead is refused access': (atMs: number): Report => ({ ...nothing, errors: [{ atMs, code: 'forbidden', leadId: `lead-${atMs}` }] }),
  'lead is taken': (atMs: number): Report => ({ ...nothing, lastSuccessAtMs: atMs }),
  'probe is taken': (atMs: number): Report => ({ ...nothing, lastSuccessAtMs: atMs, probe: { number: 1, result: 'answered' } }),
  'probe is refused': (): Report => ({ ...nothing, probe: { number: 1, result: 'answered' } }),
  'probe fails': (atMs: number): Report => ({ ...nothing, errors: [{ atMs, code: 'timeout', leadId: 'probe' }], probe: { number: 1, result: 'failed' } }),
} as const;
type Step = keyof typeof STEPS | 'paused' | 'resumed' | 'buyer paused' | 'buyer resumed' | 'cooled down';

function after(steps: Step[], settings: Partial<BreakerSettings> = {}) {
  const breaker = new BuyerBreaker(initialBreakerState('acme'), { ...SETTINGS, ...settings });
  let nowMs = NOW;
  for (const step of steps) {
    nowMs += 1_000;
    switch (step) {
      case 'paused':
        breaker.pause('maintenance', 'api', nowMs);
        break;
      case 'buyer paused':
        breaker.pause('holiday', null, nowMs);
        break;
      case 'buyer resumed':
        breaker.resume(null, nowMs);
        break;
      case 'resumed':
        breaker.resume('api', nowMs);
        break;
      case 'cooled down':
        nowMs = Math.max(nowMs, breaker.nextTickAtMs ?? nowMs);
        breaker.tick(nowMs);
        break;
      default:
        breaker.report(STEPS[step](nowMs), nowMs);
    }
  }
  const gate = breaker.snapshot.gate.destinations['api'];
  const dueInMs = breaker.nextTickAtMs === null ? null : breaker.nextTickAtMs - nowMs;
  return { breaker, nowMs, state: gate?.state ?? 'closed', dueInMs };
}

const thrice = (step: Step): Step[] => [step, step, step];

describe('a destination with a health check', () => {
  it.each<[why: string, steps: Step[], state: string]>([
    ['stays open for leads while fewer fail than it takes', ['check fails', 'check fails'], 'closed'],
    ['is shut by failed checks alone', thrice('check fails'), 'open'],
    ['is shut by checks and leads together', ['check fails', 'lead fails', 'check fails'], 'open'],
    ['forgets failed checks when one passes', ['check fails', 'check fails', 'check passes', 'check fails', 'check fails'], 'closed'],
    ['forgets failed checks when a lead is taken', ['check fails', 'check fails', 'lead is taken', 'check fails', 'check fails'], 'closed'],
    ['keeps counting leads that fail while its checks pass', ['lead fails', 'check fails', 'check passes', 'lead fails', 'check passes', 'lead fails'], 'open'],
    ['takes no notice of a failed check that comes in after a later one has passed', ['check fails', 'check fails', 'check passes', 'check of before fails'], 'closed'],
    ['is not called healthy by a check from before the last failed one', ['check fails', 'check fails', 'check of before passes', 'check fails'], 'closed'],
    ['is not shut again by checks that go on failing while its leads are taken', [...thrice('check fails'), 'cooled down', 'probe is taken', ...thrice('check fails'), ...thrice('check fails')], 'closed'],
    ['believes its checks again once one has passed', [...thrice('check fails'), 'cooled down', 'probe is taken', 'check fails', 'check passes', ...thrice('check fails')], 'open'],
    ['is shut by leads that fail, also when its checks are not believed', [...thrice('check fails'), 'cooled down', 'probe is taken', 'check fails', ...thrice('lead fails')], 'open'],
    ['raises nothing while its buyer is paused by hand', ['buyer paused', ...thrice('check fails')], 'closed'],
    ['counts on from a check that failed after the one that passed', ['check fails', 'check fails', 'check of before passes', 'check fails', 'check fails'], 'open'],
  ])('%s', (_why, steps, state) => {
    expect(after(steps).state).toBe(state);
  });

  it.each<[why: string, steps: Step[], state: string]>([
    ['is not shut by checks', ['buyer paused', ...thrice('check fails')], 'closed'],
    ['is not shut by the last of checks that began before', ['check fails', 'check fails', 'buyer paused', 'check fails'], 'closed'],
    ['is shut by leads that were under way', ['buyer paused', ...thrice('lead fails')], 'open'],
    ['is not shut by checks and leads together', ['buyer paused', 'lead fails', 'check fails', 'lead fails', 'check fails'], 'closed'],
    ['is shut by checks that fail after the pause', ['buyer paused', ...thrice('check fails'), 'buyer resumed', ...thrice('check fails')], 'open'],
    ['counts from the end of the pause', ['buyer paused', ...thrice('check fails'), 'buyer resumed', 'check fails', 'check fails'], 'closed'],
  ])('while a person has paused its buyer: %s', (_why, steps, state) => {
    const { breaker, state: found } = after(steps);
    expect([found, breaker.takeTransition()?.transition.raised.length]).toEqual([state, state === 'open' ? 1 : 0]);
  });

  it('is not shut in a pause by a setting that makes fewer failed checks enough', () => {
    const { breaker, nowMs } = after(['check fails', 'check fails', 'buyer paused']);
    breaker.configure({ ...SETTINGS, trips: 2 });
    breaker.report(STEPS['check fails'](nowMs + 1), nowMs + 1);
    expect(breaker.takeTransition()?.transition.raised).toEqual([]);
  });

  it('says in its alert what the check found, and names no lead', () => {
    const { breaker } = after(thrice('check fails'));
    const next = breaker.takeTransition();
    const reason = '3 errors in a row, the last: the health check failed: HTTP 503. Check their system.';
    expect(next?.transition.raised).toEqual([{ kind: 'breaker-open', destination: 'api', leadId: null, reason, atMs: NOW + 3_000 }]);
    expect(next?.gate.destinations['api']).toMatchObject({ state: 'open', reason, errors: 3, since: new Date(NOW + 1_000).toISOString() });
  });

  it('names the lead that failed among the checks', () => {
    const { breaker } = after(['lead fails', 'check fails', 'check fails']);
    expect(breaker.takeTransition()?.transition.raised).toMatchObject([{ leadId: `lead-${NOW + 1_000}` }]);
  });
});

describe('a check that passes while the destination is shut', () => {
  it.each<[why: string, steps: Step[], state: string]>([
    ['opens what only checks had shut', [...thrice('check fails'), 'check passes'], 'closed'],
    ['opens it also when it waits for a lead to probe with', [...thrice('check fails'), 'cooled down', 'check passes'], 'closed'],
    ['does not open what a lead had helped to shut', ['lead fails', 'check fails', 'check fails', 'check passes'], 'open'],
    ['does not open it when a lead has failed since', [...thrice('check fails'), 'lead fails', 'check passes'], 'open'],
    ['does not open it when the probe has failed', [...thrice('check fails'), 'cooled down', 'probe fails', 'check passes'], 'open'],
    ['does not open it when a check has failed since', [...thrice('check fails'), 'check fails', 'check of before passes'], 'open'],
    ['leaves a probe of a lead under way to itself', [...thrice('lead fails'), 'cooled down', 'check passes'], 'half-open'],
    ['never opens what a person paused', [...thrice('check fails'), 'paused', 'check passes'], 'paused'],
    ['never opens what 401, 403 or 410 shut', ['check fails', 'lead is refused access', 'check passes'], 'open'],
  ])('%s', (_why, steps, state) => {
    expect(after(steps).state).toBe(state);
  });

  it('never opens with resume: manual, nor lets it be probed', () => {
    const { state, dueInMs } = after([...thrice('check fails'), 'check passes'], { resume: 'manual' });
    expect([state, dueInMs]).toEqual(['open', null]);
  });

  it('lifts no pause of the buyer', () => {
    const { breaker, state } = after([...thrice('check fails'), 'buyer paused', 'check passes']);
    expect([state, breaker.snapshot.gate.paused?.reason]).toEqual(['closed', 'holiday']);
  });

  it('releases what waits, and what failed since the outage began', () => {
    const { breaker } = after(thrice('check fails'));
    breaker.takeTransition();
    breaker.report(STEPS['check passes'](NOW + 10_000), NOW + 10_000);
    expect(breaker.takeTransition()?.transition).toMatchObject({ recovered: ['api'], release: [{ destination: 'api', amount: 'all', outageSince: new Date(NOW + 1_000).toISOString() }] });
  });

  it.each<[why: string, steps: Step[], dueInMs: number | null]>([
    ['brings the probe forward to now, when leads had shut it', [...thrice('lead fails'), 'check fails', 'check passes'], 0],
    ['not when the check was made before it was shut', [...thrice('lead fails'), 'check of before passes'], 59_000],
    ['not when a person has to open it', ['check fails', 'lead is refused access', 'check passes'], null],
  ])('%s', (_why, steps, dueInMs) => {
    expect(after(steps).dueInMs).toBe(dueInMs);
  });

  it('does not forget what leads in flight came to, when they say so later', () => {
    const { breaker, nowMs } = after([...thrice('check fails'), 'check passes']);
    const late = (atMs: number): Report => ({ ...nothing, errors: [{ atMs, code: 'timeout', leadId: `lead-${atMs}` }] });
    for (const atMs of [nowMs - 3, nowMs - 2, nowMs - 1]) breaker.report(late(atMs), nowMs + 10);
    expect(breaker.snapshot.gate.destinations['api']?.state).toBe('open');
  });

  it('opens it also for an entity that went on from the published gate', () => {
    const { breaker, nowMs } = after(thrice('check fails'));
    const restored = new BuyerBreaker(breakerStateFrom(breaker.snapshot.gate), SETTINGS);
    restored.report(STEPS['check passes'](nowMs + 1), nowMs + 1);
    expect(restored.snapshot.gate.destinations['api']?.state).toBe('closed');
  });
});

describe('a check that fails while leads are taken', () => {
  const overruled: Step[] = [...thrice('check fails'), 'cooled down', 'probe is taken'];

  it.each<[why: string, steps: Step[], state: string]>([
    ['does not shut it again once a probe was taken', [...overruled, ...thrice('check fails'), ...thrice('check fails')], 'closed'],
    ['nor once a probe was refused, for that is an answer', [...thrice('check fails'), 'cooled down', 'probe is refused', ...thrice('check fails')], 'closed'],
    ['nor once a lead under way was taken after it was shut', [...thrice('check fails'), 'lead is taken', ...thrice('check fails')], 'closed'],
    ['counts for nothing beside leads that fail, too', [...overruled, 'lead fails', 'check fails', 'lead fails', 'check fails'], 'closed'],
    ['leaves leads that fail to shut it', [...overruled, ...thrice('check fails'), ...thrice('lead fails')], 'open'],
    ['counts again once a check has passed', [...overruled, 'check fails', 'check passes', ...thrice('check fails')], 'open'],
    ['does not count again for a check that passed before the last that failed', [...overruled, 'check fails', 'check of before passes', ...thrice('check fails')], 'closed'],
    ['counts again when leads had failed, too, before the probe was taken', [...thrice('check fails'), 'lead fails', 'cooled down', 'probe is taken', ...thrice('check fails')], 'open'],
    ['counts again when a person has opened it', [...thrice('check fails'), 'resumed', ...thrice('check fails')], 'open'],
  ])('%s', (_why, steps, state) => {
    expect(after(steps).state).toBe(state);
  });

  it('counts again when the report of the taken lead tells of a check that passed, too', () => {
    const { breaker, nowMs } = after([...thrice('check fails'), 'cooled down']);
    breaker.report({ ...STEPS['probe is taken'](nowMs + 1), passedCheckAtMs: nowMs }, nowMs + 1);
    for (const atMs of [nowMs + 2, nowMs + 3, nowMs + 4]) breaker.report(STEPS['check fails'](atMs), atMs);
    expect(breaker.snapshot.gate.destinations['api']?.state).toBe('open');
  });

  it('is remembered over a continue-as-new', () => {
    const { breaker, nowMs } = after(overruled);
    const next = new BuyerBreaker(breaker.snapshot, SETTINGS);
    for (const atMs of [nowMs + 1, nowMs + 2, nowMs + 3]) next.report(STEPS['check fails'](atMs), atMs);
    expect(next.snapshot.gate.destinations['api']?.state).toBe('closed');
  });
});
