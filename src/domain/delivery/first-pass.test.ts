import { describe, expect, it } from 'vitest';
import { chainOf, planned } from '../../../test/support/plans.ts';
import { chainProgress, walkChain } from './first-pass.ts';
import type { Chain } from './plan.ts';
import type { DeliverResult } from './result.ts';

const TAKEN: DeliverResult = { state: 'delivered', reason: 'accepted', attempt: 1, heldUntil: null };
const REFUSED: DeliverResult = { state: 'rejected', reason: 'refused', attempt: 1, heldUntil: null };
const FAILED: DeliverResult = { state: 'failed', reason: 'permanent-error', attempt: 1, heldUntil: null };

/** Buyers that end as told; those who are not named are left to a child. */
async function walk(chain: Chain, ends: Record<string, DeliverResult>, mayWalkOn = () => true) {
  const tried: string[] = [];
  const left = await walkChain(
    chain,
    (deliveries) => {
      tried.push(...deliveries.map(({ buyer }) => buyer));
      return Promise.resolve(new Map(deliveries.flatMap(({ id, buyer }) => (ends[buyer] ? [[id, ends[buyer]]] : []))));
    },
    mayWalkOn,
  );
  return { tried, left: left.map(({ buyer }) => buyer) };
}

describe('walking a chain in the first pass', () => {
  const chain = chainOf(planned('acme'), planned('bravo'), planned('carol'));

  it('goes on while buyers refuse, and stops at the one who takes it', async () => {
    expect(await walk(chain, { acme: REFUSED, bravo: TAKEN })).toEqual({ tried: ['acme', 'bravo'], left: [] });
  });

  it('stops when everybody has refused', async () => {
    expect(await walk(chain, { acme: REFUSED, bravo: FAILED, carol: REFUSED })).toEqual({ tried: ['acme', 'bravo', 'carol'], left: [] });
  });

  it('stops where its chain does not fail over', async () => {
    expect(await walk({ ...chain, failoverOn: ['error'] }, { acme: REFUSED })).toEqual({ tried: ['acme'], left: [] });
  });

  it('offers the lead to nobody else while a buyer is to be tried again', async () => {
    expect(await walk(chain, { acme: REFUSED })).toEqual({ tried: ['acme', 'bravo'], left: [] });
  });

  it('leaves the next buyer where it may not walk on, but always makes the first attempt', async () => {
    expect(await walk(chain, { acme: REFUSED, bravo: TAKEN }, () => false)).toEqual({ tried: ['acme'], left: ['bravo'] });
  });

  it('leaves those to be held who were only paused when nobody else is left', async () => {
    const paused: DeliverResult = { state: 'skipped', reason: 'buyer-paused', attempt: null, heldUntil: null };
    expect(await walk(chain, { acme: paused, bravo: REFUSED, carol: REFUSED })).toEqual({ tried: ['acme', 'bravo', 'carol'], left: ['acme'] });
  });

  it('waits for all of an entry before it looks at the next', async () => {
    const pair = { ...chain, entries: [{ deliveries: [planned('acme'), planned('acme-copy')] }, { deliveries: [planned('bravo')] }] };
    expect(await walk(pair, { acme: REFUSED })).toEqual({ tried: ['acme', 'acme-copy'], left: [] });
    expect(await walk(pair, { acme: REFUSED, 'acme-copy': TAKEN, bravo: TAKEN })).toEqual({ tried: ['acme', 'acme-copy', 'bravo'], left: [] });
  });
});

describe('how a chain stands after what is known of a first pass', () => {
  const chain = chainOf(planned('acme'), planned('bravo'));
  const progress = (settled: Record<string, DeliverResult>, goingOn: string[] = [], of = chain) =>
    chainProgress(of, { settled: new Map(Object.entries(settled)), goingOn: new Set(goingOn) });

  it.each([
    ['nothing is known', {}, [], 'under-way'],
    ['the first is to be tried again', {}, ['delivery-acme'], 'goes-on'],
    ['the first has refused and the second is being asked', { 'delivery-acme': REFUSED }, [], 'under-way'],
    ['the first has refused and the second is left', { 'delivery-acme': REFUSED }, ['delivery-bravo'], 'goes-on'],
    ['the first has taken it', { 'delivery-acme': TAKEN }, [], 'over'],
    ['both have refused', { 'delivery-acme': REFUSED, 'delivery-bravo': REFUSED }, [], 'over'],
  ] as const)('%s', (_, settled, goingOn, expected) => {
    expect(progress(settled, [...goingOn])).toBe(expected);
  });

  it('is not over while an optional delivery beside a required one that was taken is under way or goes on', () => {
    const inbox = planned('bravo-inbox', { required: false });
    const both = { ...chain, entries: [{ deliveries: [planned('acme')] }, { deliveries: [planned('bravo'), inbox] }] };
    const known = { 'delivery-acme': REFUSED, 'delivery-bravo': TAKEN };
    expect(progress(known, [], both)).toBe('under-way');
    expect(progress(known, [inbox.id], both)).toBe('goes-on');
    expect(progress({ ...known, [inbox.id]: REFUSED }, [], both)).toBe('over');
  });

  it('is over after the first where refusals are the end', () => {
    expect(progress({ 'delivery-acme': REFUSED }, [], { ...chain, failoverOn: [] })).toBe('over');
  });

  it('goes on where somebody was only paused and nobody else is left', () => {
    const paused: DeliverResult = { state: 'skipped', reason: 'breaker-open', attempt: null, heldUntil: null };
    expect(progress({ 'delivery-acme': paused, 'delivery-bravo': REFUSED })).toBe('goes-on');
  });
});
