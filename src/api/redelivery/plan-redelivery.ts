import type { Chain, Plan, PlannedDelivery } from '../../domain/delivery/plan.ts';
import { isChainSatisfied, isEntrySatisfied, type Standings } from '../../domain/delivery/settle.ts';
import type { DeliveryState } from '../../domain/delivery/state.ts';
import type { DeliveryRecord } from '../../store/records.ts';

/** What a redelivery is about to do. */
export interface RedeliveryPlan {
  /** What the redelivery's workflow runs. */
  plan: Plan;
  /** Ids of deliveries that the lead has and that begin a new round. */
  restarted: string[];
  /** Ids of deliveries that the lead does not have yet. */
  added: string[];
  /** For an added delivery that takes the place of another: the id of the first one, by the added one's id. */
  redeliveryOf: Record<string, string>;
}

export interface RedeliveryInput {
  /** The plan to go by: the lead's own or today's. */
  base: Plan;
  /** Every delivery of the lead. */
  deliveries: DeliveryRecord[];
  edited: boolean;
  /** Makes the id of a delivery that must count as new. */
  newId: (planned: PlannedDelivery) => string;
}

/**
 * Decides what of a plan goes out again: what was not delivered, chains that nobody has satisfied. A lead is not sold
 * twice by that. Only where nothing is left to do, what was delivered is sent anew: then that is what was asked for.
 */
export function planRedelivery(input: RedeliveryInput): RedeliveryPlan {
  const base = withCurrentIds(input.base, input.deliveries);
  const undelivered = undeliveredPart(base, standingsOf(input.deliveries));
  const hasSomething = undelivered.fanOut.length + undelivered.chains.length > 0;
  return identify(hasSomething ? undelivered : deliveredPart(base, standingsOf(input.deliveries)), input);
}

/** A redelivery of one delivery alone. */
export function planSingleRedelivery(delivery: DeliveryRecord, input: RedeliveryInput): RedeliveryPlan {
  return identify({ ...input.base, fanOut: [{ ...delivery.planned, id: delivery.id }], chains: [] }, input);
}

/** The delivery of the lead that stands for a destination now: the last one that was made for it. */
function currentFor(planned: PlannedDelivery, deliveries: DeliveryRecord[]): DeliveryRecord | undefined {
  const same = deliveries.filter((one) => one.planned.buyer === planned.buyer && one.planned.destination === planned.destination);
  return same.toSorted((a, b) => a.position - b.position).at(-1);
}

function withCurrentIds(plan: Plan, deliveries: DeliveryRecord[]): Plan {
  return mapDeliveries(plan, (planned) => ({ ...planned, id: currentFor(planned, deliveries)?.id ?? planned.id }));
}

function standingsOf(deliveries: DeliveryRecord[]): Standings {
  return new Map(deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
}

function stateIn(standings: Standings, { id }: PlannedDelivery): DeliveryState | undefined {
  return standings.get(id)?.state;
}

function undeliveredPart(plan: Plan, standings: Standings): Plan {
  const isOpen = (planned: PlannedDelivery) => stateIn(standings, planned) !== 'delivered';
  // Beside a satisfied entry, what failed there is an optional destination: it goes out alone.
  const beside = plan.chains.flatMap((chain) =>
    chain.entries
      .filter((entry) => isEntrySatisfied(entry, standings))
      .flatMap((entry) => entry.deliveries.filter((planned) => isOpen(planned) && stateIn(standings, planned) !== 'skipped')),
  );
  const chains = plan.chains
    .filter((chain) => !isChainSatisfied(chain, standings))
    .map((chain): Chain => ({ ...chain, entries: withoutEmpty(chain.entries.map((entry) => ({ deliveries: entry.deliveries.filter(isOpen) }))) }))
    .filter((chain) => chain.entries.length > 0);
  return { ...plan, fanOut: [...plan.fanOut.filter(isOpen), ...beside], chains };
}

function deliveredPart(plan: Plan, standings: Standings): Plan {
  const all = [...plan.fanOut, ...plan.chains.flatMap((chain) => chain.entries.flatMap((entry) => entry.deliveries))];
  return { ...plan, fanOut: all.filter((planned) => stateIn(standings, planned) === 'delivered'), chains: [] };
}

function withoutEmpty(entries: Chain['entries']): Chain['entries'] {
  return entries.filter((entry) => entry.deliveries.length > 0);
}

/** Keeps the id of what was neither delivered nor edited; everything else gets a new one. */
function identify(plan: Plan, { deliveries, edited, newId }: RedeliveryInput): RedeliveryPlan {
  const known = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const restarted: string[] = [];
  const added: string[] = [];
  const redeliveryOf: Record<string, string> = {};
  const identified = mapDeliveries(plan, (planned) => {
    const before = known.get(planned.id);
    if (before && !edited && before.state !== 'delivered') {
      restarted.push(planned.id);
      return planned;
    }
    const id = before ? newId(planned) : planned.id;
    added.push(id);
    if (before) redeliveryOf[id] = before.redeliveryOf ?? before.id;
    return { ...planned, id };
  });
  return { plan: identified, restarted, added, redeliveryOf };
}

function mapDeliveries(plan: Plan, map: (planned: PlannedDelivery) => PlannedDelivery): Plan {
  const chains = plan.chains.map((chain) => ({ ...chain, entries: chain.entries.map((entry) => ({ deliveries: entry.deliveries.map(map) })) }));
  return { ...plan, fanOut: plan.fanOut.map(map), chains };
}
