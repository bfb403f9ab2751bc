import { allDeliveries, type Chain, type Plan, type PlannedDelivery } from '../../domain/delivery/plan.ts';
import { isChainSatisfied, type Standings } from '../../domain/delivery/settle.ts';
import type { DeliveryRecord } from '../../store/records.ts';

/** The id of the delivery that stands for a planned one now: itself while nothing has taken its place, else the one that was delivered, else the last. */
function currentId(planned: PlannedDelivery, deliveries: DeliveryRecord[]): string {
  const same = deliveries.filter((one) => isSameDestination(one.planned, planned)).toSorted((a, b) => a.position - b.position);
  const last = same.at(-1);
  if (last?.id === planned.id) return planned.id;
  return (same.findLast(({ state }) => state === 'delivered') ?? last)?.id ?? planned.id;
}

/** A plan with the ids of the deliveries that stand for its destinations now. */
export function withCurrentIds(plan: Plan, deliveries: DeliveryRecord[]): Plan {
  const fanOut = plan.fanOut.map((planned) => ({ ...planned, id: currentId(planned, deliveries) }));
  const inFanOut = new Set(fanOut.map(({ id }) => id));
  // What was sent anew beside its chain stands in the fan-out; the chain keeps the one that it ended with.
  const chains = plan.chains.map((chain) =>
    mapChain(chain, (planned) => {
      const id = currentId(planned, deliveries);
      return inFanOut.has(id) ? planned : { ...planned, id };
    }),
  );
  return { ...plan, fanOut, chains };
}

/**
 * A plan with some deliveries' places taken by others. What a chain has delivered stays in it, whatever becomes of the
 * repetition: nobody else in that chain may be sold the lead. Its repetition then stands beside it, in the fan-out.
 */
export function withReplaced(plan: Plan, replaced: ReadonlyMap<string, PlannedDelivery>, standings: Standings): Plan {
  const inPlace = (planned: PlannedDelivery) => replaced.get(planned.id) ?? planned;
  const fanOut = plan.fanOut.map(inPlace);
  const chains = plan.chains.map((chain) =>
    isChainSatisfied(chain, standings) ? chain : mapChain(chain, (planned) => (standings.get(planned.id)?.state === 'delivered' ? planned : inPlace(planned))),
  );
  const placed = new Set(allDeliveries({ ...plan, fanOut, chains }).map(({ id }) => id));
  return { ...plan, fanOut: [...fanOut, ...[...replaced.values()].filter(({ id }) => !placed.has(id))], chains };
}

/** Whether two planned deliveries go to the same place, which a plan names once. */
export function isSameDestination(one: PlannedDelivery, other: PlannedDelivery): boolean {
  return one.buyer === other.buyer && one.destination === other.destination;
}

/** A plan with each of its deliveries changed. */
export function mapDeliveries(plan: Plan, map: (planned: PlannedDelivery) => PlannedDelivery): Plan {
  return { ...plan, fanOut: plan.fanOut.map(map), chains: plan.chains.map((chain) => mapChain(chain, map)) };
}

function mapChain(chain: Chain, map: (planned: PlannedDelivery) => PlannedDelivery): Chain {
  return { ...chain, entries: chain.entries.map((entry) => ({ deliveries: entry.deliveries.map(map) })) };
}
