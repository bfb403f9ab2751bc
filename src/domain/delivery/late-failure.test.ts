import { describe, expect, it } from 'vitest';
import { chainOf, planned, planOf } from '../../store/testing.ts';
import { restAfterLateFailure } from './late-failure.ts';
import type { Chain, DeliveryStanding, PlannedDelivery } from './plan.ts';

const FAILED_LATER: DeliveryStanding = { state: 'failed', reason: 'failed-later' };
const UNTRIED: DeliveryStanding = { state: 'skipped', reason: 'chain-satisfied' };
const DELIVERED: DeliveryStanding = { state: 'delivered', reason: 'accepted' };
const RECEIVED_AT = '2026-03-01T10:00:00.000Z';

const [acme, bravo, spare] = [planned('acme/text', { type: 'sms' }), planned('bravo/inbox', { type: 'email' }), planned('spare/api')];
const CHAIN = chainOf(acme, bravo, spare);

function rest({ chain = CHAIN, standings = [FAILED_LATER, UNTRIED, UNTRIED], failed = acme, at = '2026-03-01T10:05:00.000Z' }: { chain?: Chain; standings?: DeliveryStanding[]; failed?: PlannedDelivery; at?: string } = {}) {
  const known = new Map([acme, bravo, spare].map(({ id }, index) => [id, standings[index] ?? UNTRIED]));
  const plan = restAfterLateFailure(planOf([planned('other/api')], chain), known, { deliveryId: failed.id, receivedAt: RECEIVED_AT, at });
  return plan && { fanOut: plan.fanOut, chains: plan.chains.map(({ entries }) => entries.map(({ deliveries }) => deliveries.map(({ buyer }) => buyer))) };
}

describe('what goes on after a late failure', () => {
  it('the entries behind it that nobody had tried, as a chain', () => {
    expect(rest()).toEqual({ fanOut: [], chains: [[['bravo'], ['spare']]] });
    expect(rest({ failed: bravo, standings: [{ state: 'rejected', reason: 'refused' }, FAILED_LATER, UNTRIED] })).toEqual({ fanOut: [], chains: [[['spare']]] });
  });

  it('what a doubt had stopped, once the doubt is over', () => {
    const notReached: DeliveryStanding = { state: 'skipped', reason: 'chain-not-reached' };
    expect(rest({ chain: { ...CHAIN, onUnknown: 'stop' }, standings: [FAILED_LATER, notReached, notReached] })).toEqual({ fanOut: [], chains: [[['bravo'], ['spare']]] });
  });

  it.each<[string, Parameters<typeof rest>[0]]>([
    ['beside chains', { failed: planned('other/api') }],
    ['behind the last entry', { failed: spare, standings: [{ state: 'rejected', reason: 'refused' }, { state: 'rejected', reason: 'refused' }, FAILED_LATER] }],
    ['once somebody else has the lead', { standings: [FAILED_LATER, DELIVERED, UNTRIED] }],
    ['while somebody else is about to get it', { standings: [FAILED_LATER, { state: 'planned', reason: null }, UNTRIED] }],
    ['where the chain does not go on after errors', { chain: { ...CHAIN, failoverOn: ['failure'] } }],
    ['to whom the lead would not have been held so long', { at: '2026-03-02T10:00:00.001Z' }],
    ['to whom it was not sent for another reason', { standings: [FAILED_LATER, { state: 'discarded', reason: 'discarded-by-operator' }, { state: 'rejected', reason: 'refused' }] }],
  ])('nothing %s', (_name, given) => {
    expect(rest(given)).toBeNull();
  });
});
