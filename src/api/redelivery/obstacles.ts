import type { Chain, Plan } from '../../domain/delivery/plan.ts';
import { isChainSatisfied, isEntrySatisfied } from '../../domain/delivery/settle.ts';
import type { DeliveryRecord } from '../../store/records.ts';

/** Why a delivery that is still on its way cannot be sent again or given up; null when it rests. */
export function stillUnderWay(delivery: DeliveryRecord): string | null {
  const name = nameOf(delivery);
  switch (delivery.state) {
    case 'planned':
    case 'delivering':
      return `${name} is being delivered now. Wait for its end, then look again.`;
    case 'held':
      return `${name} is held for its buyer. Resume the buyer (POST /v1/buyers/${delivery.planned.buyer}/resume) and it goes out by itself, or give it up (POST /v1/deliveries/${delivery.id}/discard).`;
    case 'queued':
      return `${name} is queued in a batch and goes out with it.`;
    case 'delivered':
    case 'rejected':
    case 'failed':
    case 'skipped':
    case 'unknown':
    case 'discarded':
      return null;
  }
}

/** Why one delivery of a failover chain cannot be sent by itself: the chain still runs, or another entry took the lead. Null when nothing stands against it. */
export function chainAgainst(delivery: DeliveryRecord, plan: Plan, deliveries: DeliveryRecord[]): string | null {
  const chain = plan.chains.find((candidate) => idsOf(candidate).has(delivery.id));
  if (!chain) return null;
  const members = deliveries.filter((one) => idsOf(chain).has(one.id));
  const underWay = members.map(stillUnderWay).find((obstacle) => obstacle !== null);
  if (underWay !== undefined) return `The failover chain has not ended: ${underWay}`;
  const standings = new Map(deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
  if (delivery.state === 'delivered' || !isChainSatisfied(chain, standings)) return null;
  const own = chain.entries.find((entry) => entry.deliveries.some((planned) => planned.id === delivery.id));
  if (own && isEntrySatisfied(own, standings)) return null;
  const taker = members.find((one) => one.state === 'delivered');
  return `${taker ? nameOf(taker) : 'Another entry'} took the lead in this failover chain; sending it to ${nameOf(delivery)} too would sell it twice.`;
}

/** The delivery that has taken the place of this one, if any. */
export function successorOf(delivery: DeliveryRecord, deliveries: DeliveryRecord[]): DeliveryRecord | undefined {
  const first = delivery.redeliveryOf ?? delivery.id;
  return deliveries
    .filter((one) => one.redeliveryOf === first && one.position > delivery.position)
    .toSorted((a, b) => a.position - b.position)
    .at(-1);
}

/** `buyer/destination`. */
export function nameOf(delivery: DeliveryRecord): string {
  return `${delivery.planned.buyer}/${delivery.planned.destination}`;
}

function idsOf(chain: Chain): ReadonlySet<string> {
  return new Set(chain.entries.flatMap((entry) => entry.deliveries.map((planned) => planned.id)));
}
