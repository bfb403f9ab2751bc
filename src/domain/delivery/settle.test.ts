import { describe, expect, it } from 'vitest';
import type { Chain, DeliveryStanding, Plan, PlannedDelivery } from './plan.ts';
import { impliedStandings, leadStatus, nextChainStep } from './settle.ts';
import type { DeliveryState, ReasonCode } from './state.ts';

function planned(id: string, changes: Partial<PlannedDelivery> = {}): PlannedDelivery {
  const retry = { kind: 'exponential', attempts: 3, initialMs: 1, maxMs: 1, multiplier: 1, jitter: 0 } as const;
  return { id, buyer: id, destination: 'api', type: 'webhook', required: true, timeoutMs: 1, retry, whenPaused: 'hold', holdForMs: 1, releaseOnRecovery: true, ...changes };
}

function chainOf(...entries: PlannedDelivery[][]): Chain {
  return { entries: entries.map((deliveries) => ({ deliveries })), onUnknown: 'next', failoverOn: ['failure', 'error', 'skip'], whenExhausted: 'hold' };
}

function planOf(fanOut: PlannedDelivery[], chains: Chain[] = []): Plan {
  return { route: 'r', configVersion: 1, fanOut, chains };
}

function standings(entries: Record<string, DeliveryState | [DeliveryState, ReasonCode]>): Map<string, DeliveryStanding> {
  return new Map(
    Object.entries(entries).map(([id, standing]) => {
      const [state, reason] = typeof standing === 'string' ? [standing, null] : standing;
      return [id, { state, reason }];
    }),
  );
}

const [a, b, c] = [planned('a'), planned('b'), planned('c')];

describe('the status of a lead', () => {
  const fanOut = planOf([a, b]);
  it.each([
    ['something running', { a: 'delivered', b: 'delivering' }, 'delivering'],
    ['not begun', {}, 'delivering'],
    ['all delivered', { a: 'delivered', b: 'delivered' }, 'delivered'],
    ['one held', { a: 'delivered', b: 'held' }, 'held'],
    ['held goes before queued', { a: 'queued', b: 'held' }, 'held'],
    ['one queued', { a: 'delivered', b: 'queued' }, 'queued'],
    ['some delivered', { a: 'delivered', b: 'failed' }, 'partial'],
    ['all discarded', { a: 'discarded', b: 'discarded' }, 'discarded'],
    ['nothing delivered', { a: 'rejected', b: 'unknown' }, 'undelivered'],
    ['discarded and failed', { a: 'discarded', b: 'failed' }, 'undelivered'],
  ] as const)('%s', (_name, states, expected) => {
    expect(leadStatus(fanOut, standings(states))).toBe(expected);
  });

  it('never counts a delivery that is not required', () => {
    const plan = planOf([a, planned('b', { required: false })]);
    expect(leadStatus(plan, standings({ a: 'delivered', b: 'failed' }))).toBe('delivered');
  });

  it('is delivered when one entry of a chain took the lead', () => {
    const plan = planOf([], [chainOf([a], [b])]);
    expect(leadStatus(plan, standings({ a: 'failed', b: 'delivered' }))).toBe('delivered');
  });

  it('is delivering while a chain has still to hold the lead for somebody', () => {
    const plan = planOf([], [chainOf([a], [b])]);
    expect(leadStatus(plan, standings({ a: ['skipped', 'buyer-paused'], b: 'failed' }))).toBe('delivering');
    expect(leadStatus(plan, standings({ a: ['held', 'buyer-paused'], b: 'failed' }))).toBe('held');
  });

  it('is undelivered without any delivery', () => {
    expect(leadStatus(planOf([]), new Map())).toBe('undelivered');
  });
});

describe('the next step of a chain', () => {
  it('tries the entries in order, each with all its destinations', () => {
    const chain = chainOf([a, planned('a2')], [b]);
    expect(nextChainStep(chain, new Map())).toMatchObject({ step: 'deliver', deliveries: [{ id: 'a' }, { id: 'a2' }] });
    expect(nextChainStep(chain, standings({ a: 'failed', a2: 'delivered' }))).toMatchObject({ step: 'deliver', deliveries: [{ id: 'b' }] });
  });

  it('stops once an entry has delivered what it must', () => {
    const chain = chainOf([a, planned('a2', { required: false })], [b]);
    expect(nextChainStep(chain, standings({ a: 'delivered', a2: 'failed' }))).toEqual({ step: 'done' });
  });

  it('goes on or stops after an unknown end, as onUnknown says', () => {
    const chain = chainOf([a], [b]);
    expect(nextChainStep(chain, standings({ a: 'unknown' })).step).toBe('deliver');
    expect(nextChainStep({ ...chain, onUnknown: 'stop' }, standings({ a: 'unknown' })).step).toBe('done');
  });

  it('moves on only after what failoverOn names', () => {
    const chain: Chain = { ...chainOf([a], [b]), failoverOn: ['error'] };
    expect(nextChainStep(chain, standings({ a: 'rejected' })).step).toBe('done');
    expect(nextChainStep(chain, standings({ a: 'failed' })).step).toBe('deliver');
  });

  it('holds for those that were only paused when nobody else is left', () => {
    const chain = chainOf([a], [b], [c]);
    const exhausted = standings({ a: ['skipped', 'buyer-paused'], b: 'failed', c: ['skipped', 'breaker-open'] });
    expect(nextChainStep(chain, exhausted)).toMatchObject({ step: 'hold', deliveries: [{ id: 'a' }, { id: 'c' }] });
    expect(nextChainStep({ ...chain, whenExhausted: 'deadLetter' }, exhausted).step).toBe('done');
  });

  it('holds for nobody who wants to be skipped while paused', () => {
    const chain = chainOf([planned('a', { whenPaused: 'skip' })]);
    expect(nextChainStep(chain, standings({ a: ['skipped', 'buyer-paused'] })).step).toBe('done');
  });
});

describe('what follows a settled delivery by itself', () => {
  const plan = planOf([], [chainOf([a], [b], [c])]);

  it('skips the rest of a satisfied chain, those held for it included', () => {
    const implied = impliedStandings(plan, standings({ a: ['held', 'buyer-paused'], b: 'delivered' }));
    expect(Object.fromEntries(implied)).toEqual({
      a: { state: 'skipped', reason: 'chain-satisfied' },
      c: { state: 'skipped', reason: 'chain-satisfied' },
    });
  });

  it('skips what a chain that stopped did not reach', () => {
    const stopping = planOf([], [{ ...chainOf([a], [b]), onUnknown: 'stop' }]);
    const implied = impliedStandings(stopping, standings({ a: 'unknown' }));
    expect(implied.get('b')).toEqual({ state: 'skipped', reason: 'chain-not-reached' });
  });

  it('leaves a chain alone that goes on', () => {
    expect(impliedStandings(plan, standings({ a: 'failed' })).size).toBe(0);
    expect(impliedStandings(plan, standings({ a: 'delivering' })).size).toBe(0);
  });

  it('leaves a held lead waiting when its chain is exhausted', () => {
    const implied = impliedStandings(plan, standings({ a: ['held', 'buyer-paused'], b: 'failed', c: 'failed' }));
    expect(implied.size).toBe(0);
  });

  it('makes dead letters of the paused in an exhausted chain that holds nobody', () => {
    const holdingNobody = planOf([], [{ ...chainOf([a], [b]), whenExhausted: 'deadLetter' }]);
    const implied = impliedStandings(holdingNobody, standings({ a: ['skipped', 'buyer-paused'], b: 'failed' }));
    expect(Object.fromEntries(implied)).toEqual({ a: { state: 'failed', reason: 'chain-exhausted' } });
  });

  it('lets an optional delivery beside the required one go out', () => {
    const withOptional = planOf([], [chainOf([a, planned('a2', { required: false })], [b])]);
    const implied = impliedStandings(withOptional, standings({ a: 'delivered' }));
    expect([...implied.keys()]).toEqual(['b']);
  });
});
