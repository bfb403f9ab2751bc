import { evaluateCondition } from '../conditions/condition.ts';
import { leadVariables } from '../conditions/variables.ts';
import type { BuyerConfig, Config, RouteConfig } from '../config/schema.ts';
import type { Target } from '../config/target.ts';
import type { DestinationCommon } from '../config/destination.ts';
import { deliveryId } from '../delivery/id.ts';
import type { Chain, Plan, PlannedDelivery } from '../delivery/plan.ts';
import type { Lead } from '../fields/lead.ts';

/** What was decided for a lead. `notes` tell of conditions that could not be evaluated; they stand on the lead's page. */
export interface PlannedLead {
  plan: Plan;
  notes: string[];
}

/** Tells apart deliveries that must count as new, by destination; see `deliveryId`. */
export type Discriminator = (buyer: string, destination: string) => string;

const buyersOf = new WeakMap<Config, Map<string, BuyerConfig>>();

/** A buyer of a configuration by its id. */
export function findBuyer(config: Config, id: string): BuyerConfig | undefined {
  let buyers = buyersOf.get(config);
  if (!buyers) {
    buyers = new Map(config.buyers.map((buyer) => [buyer.id, buyer]));
    buyersOf.set(config, buyers);
  }
  return buyers.get(id);
}

/** The first route whose condition the lead meets, or null. A condition that cannot be evaluated is not met. */
export function findRoute(config: Config, lead: Lead): { route: RouteConfig | null; notes: string[] } {
  const notes: string[] = [];
  let variables: ReturnType<typeof leadVariables> | undefined;
  for (const route of config.routes) {
    if (route.when === null) return { route, notes };
    variables ??= leadVariables(lead);
    const { value, problem } = evaluateCondition(route.when, variables);
    if (problem !== null) notes.push(`the condition of route ${route.id} could not be evaluated: ${problem}`);
    if (value) return { route, notes };
  }
  return { route: null, notes };
}

/** Plans a lead by the first matching route. Without one the plan is empty and its route null. */
export function planLead(config: Config, version: number, lead: Lead): PlannedLead {
  const { route, notes } = findRoute(config, lead);
  if (!route) return { plan: { route: null, configVersion: version, fanOut: [], chains: [] }, notes };
  return { plan: planRoute(config, version, route, lead.id), notes: [...notes, ...draftsOf(config, route)] };
}

/** What a route names and leaves out, for the lead's page. */
function draftsOf(config: Config, route: RouteConfig): string[] {
  const targets = route.deliver.flatMap((entry) => (entry.kind === 'chain' ? entry.firstOf : [entry.target]));
  return targets.flatMap((target) =>
    destinationsOf(config, target)
      .filter(({ destination }) => destination.draft)
      .map(({ buyer, destination }) => `${buyer.id}/${destination.id} is a draft and got nothing; take \`draft: true\` away when it is to go live`),
  );
}

/** The destinations that a target names. */
function destinationsOf(config: Config, target: Target): { buyer: BuyerConfig; destination: DestinationCommon }[] {
  const buyer = findBuyer(config, target.buyer);
  const named = buyer?.destinations.filter(({ id }) => target.destination === null || id === target.destination) ?? [];
  return buyer === undefined ? [] : named.map((destination) => ({ buyer, destination }));
}

/**
 * The plan that a route makes for a lead, for intake and for redelivery. What a route names is there: `parseConfig` saw to
 * that; drafts are left out. The same lead, route and discriminators always give the same delivery ids.
 */
export function planRoute(config: Config, version: number, route: RouteConfig, leadId: string, discriminator: Discriminator = () => ''): Plan {
  const deliveriesOf = (target: Target): PlannedDelivery[] =>
    destinationsOf(config, target)
      .filter(({ destination }) => !destination.draft)
      .map(({ buyer, destination }) => planDelivery(buyer, destination, deliveryId(leadId, buyer.id, destination.id, discriminator(buyer.id, destination.id))));
  const fanOut: PlannedDelivery[] = [];
  const chains: Chain[] = [];
  for (const entry of route.deliver) {
    switch (entry.kind) {
      case 'fan-out':
        fanOut.push(...deliveriesOf(entry.target));
        break;
      case 'chain': {
        // An entry of drafts only would count as satisfied: nothing in it is missing.
        const entries = entry.firstOf.map((target) => ({ deliveries: deliveriesOf(target) })).filter(({ deliveries }) => deliveries.length > 0);
        if (entries.length === 0) break;
        chains.push({
          entries,
          onUnknown: entry.onUnknown,
          failoverOn: [...entry.failoverOn],
          whenExhausted: entry.whenExhausted,
        });
        break;
      }
    }
  }
  return { route: route.id, configVersion: version, fanOut, chains };
}

/** One delivery as a plan carries it: ids and settings, nothing of what the channel needs. */
export function planDelivery(buyer: BuyerConfig, destination: DestinationCommon, id: string): PlannedDelivery {
  const { type, required, timeoutMs, retry } = destination;
  const { whenPaused, holdForMs, releaseOnRecovery } = buyer;
  return { id, buyer: buyer.id, destination: destination.id, type, required, timeoutMs, retry, whenPaused, holdForMs, releaseOnRecovery };
}
