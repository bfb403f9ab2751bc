import { allDeliveries, deliveriesOf } from './plan.ts';
import type { Chain, ChainEntry, DeliveryStanding, FailoverCause, Plan, PlannedDelivery } from './plan.ts';
import type { DeliveryState, LeadStatus, ReasonCode } from './state.ts';

/** The standing of every delivery, by delivery id. */
export type Standings = ReadonlyMap<string, DeliveryStanding>;

/** What a chain asks for next, given how its deliveries stand. */
export type ChainStep =
  /** Deliver these now; where a gate is shut, move on instead of holding. */
  | { step: 'deliver'; deliveries: PlannedDelivery[] }
  /** Nothing else is left, and these were only paused: hold the lead for them. */
  | { step: 'hold'; deliveries: PlannedDelivery[] }
  | { step: 'done' };

function stateOf(standings: Standings, delivery: PlannedDelivery): DeliveryState {
  return standings.get(delivery.id)?.state ?? 'planned';
}

/** An entry is satisfied when each of its required deliveries was delivered; one without required ones, when any was. */
export function isEntrySatisfied(entry: ChainEntry, standings: Standings): boolean {
  const required = entry.deliveries.filter((delivery) => delivery.required);
  return required.length > 0
    ? required.every((delivery) => stateOf(standings, delivery) === 'delivered')
    : entry.deliveries.some((delivery) => stateOf(standings, delivery) === 'delivered');
}

/** True once one entry of the chain has delivered what it must: the lead is not offered to the others. */
export function isChainSatisfied(chain: Chain, standings: Standings): boolean {
  return chain.entries.some((entry) => isEntrySatisfied(entry, standings));
}

/** Reasons for which a skipped delivery may still be held for its buyer once no alternative is left. */
const ONLY_PAUSED: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['buyer-paused', 'breaker-open', 'probe-failed']);

/** Skipped because its gate was shut, and for no other reason. */
export function isOnlyPaused({ state, reason }: DeliveryStanding): boolean {
  return state === 'skipped' && reason !== null && ONLY_PAUSED.has(reason);
}

function mayBeHeld(standings: Standings, delivery: PlannedDelivery): boolean {
  const standing = standings.get(delivery.id);
  return delivery.whenPaused === 'hold' && standing !== undefined && isOnlyPaused(standing);
}

function causeOf(state: DeliveryState): FailoverCause | null {
  switch (state) {
    case 'rejected':
      return 'failure';
    case 'failed':
    case 'unknown':
    case 'discarded':
      return 'error';
    case 'skipped':
      return 'skip';
    case 'planned':
    case 'delivering':
    case 'delivered':
    case 'held':
    case 'queued':
      return null;
  }
}

/** Whether an entry that was tried and not satisfied lets the chain go on to the next one. */
function letsChainMoveOn(chain: Chain, entry: ChainEntry, standings: Standings): boolean {
  const required = entry.deliveries.filter((delivery) => delivery.required);
  const decisive = required.length > 0 ? required : entry.deliveries;
  const states = decisive.map((delivery) => stateOf(standings, delivery));
  if (states.includes('unknown') && chain.onUnknown === 'stop') return false;
  return states.every((state) => {
    const cause = causeOf(state);
    return cause === null || chain.failoverOn.includes(cause);
  });
}

/** The next step of a failover chain: a pure function of how its deliveries stand, so that a workflow only carries it out. */
export function nextChainStep(chain: Chain, standings: Standings): ChainStep {
  if (isChainSatisfied(chain, standings)) return { step: 'done' };
  for (const entry of chain.entries) {
    const waiting = entry.deliveries.filter((delivery) => stateOf(standings, delivery) === 'planned');
    if (waiting.length > 0) return { step: 'deliver', deliveries: waiting };
    if (!letsChainMoveOn(chain, entry, standings)) return { step: 'done' };
  }
  if (chain.whenExhausted === 'deadLetter') return { step: 'done' };
  const paused = deliveriesOf(chain).filter((delivery) => mayBeHeld(standings, delivery));
  return paused.length > 0 ? { step: 'hold', deliveries: paused } : { step: 'done' };
}

/**
 * Deliveries that need no attempt any more, with the standing they get: what follows a satisfied chain is skipped,
 * what follows a chain that stopped is skipped as not reached;
 * who was only paused in an exhausted chain that holds nobody (`whenExhausted: deadLetter`) has failed. Applied with each settled delivery, so that nothing stays open.
 */
export function impliedStandings(plan: Plan, standings: Standings): Map<string, DeliveryStanding> {
  const implied = new Map<string, DeliveryStanding>();
  for (const chain of plan.chains) {
    const deliveries = deliveriesOf(chain);
    if (deliveries.some((delivery) => stateOf(standings, delivery) === 'delivering')) continue;
    const satisfied = isChainSatisfied(chain, standings);
    if (!satisfied && nextChainStep(chain, standings).step !== 'done') continue;
    for (const delivery of deliveries) {
      const state = stateOf(standings, delivery);
      if (isInsideSatisfiedEntry(chain, delivery, standings) && state === 'planned') continue;
      if (state === 'planned' || (satisfied && state === 'held')) {
        implied.set(delivery.id, { state: 'skipped', reason: satisfied ? 'chain-satisfied' : 'chain-not-reached' });
      } else if (!satisfied && chain.whenExhausted === 'deadLetter' && mayBeHeld(standings, delivery)) {
        implied.set(delivery.id, { state: 'failed', reason: 'chain-exhausted' });
      }
    }
  }
  return implied;
}

/** An optional delivery beside the required ones that satisfied its entry still goes out. */
function isInsideSatisfiedEntry(chain: Chain, delivery: PlannedDelivery, standings: Standings): boolean {
  const entry = chain.entries.find((candidate) => candidate.deliveries.includes(delivery));
  return entry !== undefined && isEntrySatisfied(entry, standings);
}

/** What a lead's status is made of: each required fan-out delivery is one obligation, each chain is one. */
type Obligation = 'running' | 'delivered' | 'held' | 'queued' | 'discarded' | 'failed';

function obligationOf(state: DeliveryState): Obligation {
  switch (state) {
    case 'planned':
    case 'delivering':
      return 'running';
    case 'delivered':
    case 'held':
    case 'queued':
    case 'discarded':
      return state;
    case 'rejected':
    case 'failed':
    case 'skipped':
    case 'unknown':
      return 'failed';
  }
}

function chainObligation(chain: Chain, standings: Standings): Obligation {
  if (isChainSatisfied(chain, standings)) return 'delivered';
  const states = deliveriesOf(chain).map((delivery) => obligationOf(stateOf(standings, delivery)));
  for (const candidate of ['running', 'held', 'queued'] as const) if (states.includes(candidate)) return candidate;
  const reached = chain.entries
    .flatMap((entry) => entry.deliveries)
    .map((delivery) => stateOf(standings, delivery))
    .filter((state) => state !== 'skipped');
  return reached.length > 0 && reached.every((state) => state === 'discarded') ? 'discarded' : 'failed';
}

/**
 * A lead's status, by DESIGN.md's order: something running → delivering; every required delivery delivered → delivered;
 * else one held → held; else one queued → queued; some delivered → partial; all discarded → discarded; else undelivered.
 */
export function leadStatus(plan: Plan, standings: Standings): LeadStatus {
  const all = allDeliveries(plan);
  if (all.length === 0) return 'undelivered';
  const states = all.map((delivery) => stateOf(standings, delivery));
  if (states.some((state) => state === 'planned' || state === 'delivering')) return 'delivering';
  if (plan.chains.some((chain) => nextChainStep(chain, standings).step !== 'done')) return 'delivering';
  const obligations = [
    ...plan.fanOut.filter((delivery) => delivery.required).map((delivery) => obligationOf(stateOf(standings, delivery))),
    ...plan.chains.map((chain) => chainObligation(chain, standings)),
  ];
  if (obligations.every((obligation) => obligation === 'delivered')) return 'delivered';
  if (obligations.includes('held')) return 'held';
  if (obligations.includes('queued')) return 'queued';
  if (states.includes('delivered')) return 'partial';
  if (obligations.every((obligation) => obligation === 'discarded')) return 'discarded';
  return 'undelivered';
}
