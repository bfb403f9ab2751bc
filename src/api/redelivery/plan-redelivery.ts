import { allDeliveries, type Chain, type Plan, type PlannedDelivery } from '../../domain/delivery/plan.ts';
import { partOfRun } from '../../domain/delivery/runs.ts';
import { isChainSatisfied, isEntrySatisfied, type Standings } from '../../domain/delivery/settle.ts';
import { wasTaken, type DeliveryState } from '../../domain/delivery/state.ts';
import type { DeliveryRecord } from '../../store/records.ts';
import { isSameDestination, mapDeliveries, withCurrentIds, withReplaced } from './places-in-plan.ts';

/** What a redelivery is about to do. */
export interface RedeliveryPlan {
  /** What the redelivery's workflow runs. */
  run: Plan;
  /** What the lead goes by from then on, where deliveries are added or the route is another. */
  leadPlan: Plan;
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
  /** Today's: what goes out again is rendered by it. */
  configVersion: number;
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
  return identify(hasSomething ? undelivered : deliveredPart(base, standingsOf(input.deliveries)), base, input);
}

/** A redelivery of one delivery alone. The lead goes on by its whole plan, so that nothing else that failed is hidden. */
export function planSingleRedelivery(delivery: DeliveryRecord, input: RedeliveryInput): RedeliveryPlan {
  const base = withCurrentIds(input.base, input.deliveries);
  return identify({ ...base, fanOut: [{ ...delivery.planned, id: delivery.id }], chains: [] }, base, input);
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
      .flatMap((entry) => entry.deliveries.filter((planned) => isOpen(planned) && stateIn(standings, planned) !== 'skipped'))
      .filter((planned) => !plan.fanOut.some((one) => isSameDestination(one, planned))),
  );
  const chains = plan.chains
    .filter((chain) => !isChainSatisfied(chain, standings))
    .map((chain): Chain => ({ ...chain, entries: withoutEmpty(chain.entries.map((entry) => ({ deliveries: entry.deliveries.filter(isOpen) }))) }))
    .filter((chain) => chain.entries.length > 0);
  return { ...plan, fanOut: [...plan.fanOut.filter(isOpen), ...beside], chains };
}

function deliveredPart(plan: Plan, standings: Standings): Plan {
  const delivered = allDeliveries(plan).filter((planned) => stateIn(standings, planned) === 'delivered');
  // Delivered in its chain and again beside it, it is sent once.
  const once = delivered.filter((planned, index) => delivered.findIndex((one) => isSameDestination(one, planned)) === index);
  return { ...plan, fanOut: once, chains: [] };
}

function withoutEmpty(entries: Chain['entries']): Chain['entries'] {
  return entries.filter((entry) => entry.deliveries.length > 0);
}

/** Keeps the id of what was neither taken by the other side nor edited; everything else gets a new one. */
function identify(part: Plan, base: Plan, { deliveries, edited, newId, configVersion }: RedeliveryInput): RedeliveryPlan {
  const known = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const restarted: string[] = [];
  const added: string[] = [];
  const redeliveryOf: Record<string, string> = {};
  const replaced = new Map<string, PlannedDelivery>();
  const run = mapDeliveries(part, (planned) => {
    const before = known.get(planned.id);
    if (before && !edited && !wasTaken(before)) {
      restarted.push(planned.id);
      return planned;
    }
    const next = before ? { ...planned, id: newId(planned) } : planned;
    added.push(next.id);
    if (before) {
      redeliveryOf[next.id] = before.redeliveryOf ?? before.id;
      replaced.set(before.id, next);
    }
    return next;
  });
  const members = new Set([...known.keys(), ...added]);
  const leadPlan = partOfRun(withReplaced(base, replaced, standingsOf(deliveries)), members);
  return { run: { ...run, configVersion }, leadPlan: { ...leadPlan, configVersion }, restarted, added, redeliveryOf };
}
