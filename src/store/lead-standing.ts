import { allDeliveries, deliveriesOf, type DeliveryStanding } from '../domain/delivery/plan.ts';
import { partOfRun } from '../domain/delivery/runs.ts';
import { impliedStandings, isChainSatisfied, leadStatus, nextChainStep } from '../domain/delivery/settle.ts';
import { isFinal, type LeadStatus } from '../domain/delivery/state.ts';
import { rootWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { DeliveryRow } from './delivery-rows.ts';
import type { CarriedPlan } from './schema.ts';

/** What is looked at of each delivery of a lead. */
export type Standing = Pick<DeliveryRow, 'id' | 'buyer' | 'destination' | 'state' | 'reason' | 'workflowId' | 'planned'>;

function toStandings(deliveries: Standing[]): Map<string, DeliveryStanding> {
  return new Map(deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
}

/**
 * What follows for the siblings once the delivery `settledId` stands as it does, by the plans it belongs to. It follows within
 * its own run; and a chain satisfied by a redelivery also ends what still waits in the plan's first run. A redelivery that a
 * person asked for is not skipped because another run satisfied the chain.
 */
export function impliedFor(plans: CarriedPlan[], deliveries: Standing[], settledId: string): Map<string, DeliveryStanding> {
  const roots = new Map(deliveries.map(({ id, workflowId }) => [id, rootWorkflowId(workflowId)]));
  const run = roots.get(settledId);
  const members = new Set([...roots].filter(([, root]) => root === run).map(([id]) => id));
  const standings = toStandings(deliveries);
  const implied = new Map<string, DeliveryStanding>();
  for (const { plan, root } of plans) {
    if (!allDeliveries(plan).some(({ id }) => id === settledId)) continue;
    for (const [id, standing] of impliedStandings(partOfRun(plan, members), standings)) implied.set(id, standing);
    if (root === run) continue;
    for (const [id, standing] of impliedStandings(plan, standings)) {
      if (roots.get(id) === root && standing.reason === 'chain-satisfied') implied.set(id, standing);
    }
  }
  return implied;
}

/**
 * Whether a delivery that failed in an outage may go out again by itself: not while its chain has anybody else under way or
 * waiting, nor once it is satisfied, for a lead is not sold twice.
 */
export function mayGoOutAgain(plans: CarriedPlan[], deliveries: Standing[], id: string): boolean {
  const standings = toStandings(deliveries);
  const chains = plans.flatMap(({ plan }) => plan.chains);
  return chains.every((chain) => {
    const members = deliveriesOf(chain);
    if (!members.some((member) => member.id === id)) return true;
    const isResting = members.every((member) => isFinal(standings.get(member.id)?.state ?? 'planned'));
    return isResting && !isChainSatisfied(chain, standings) && nextChainStep(chain, standings).step === 'done';
  });
}

/** Whether a held delivery may be let go by a run of its own: not once its chain is satisfied, nor while anybody else in it is under way. */
export function mayBeReleased(plans: CarriedPlan[], deliveries: Standing[], id: string): boolean {
  const standings = toStandings(deliveries);
  const isUnderWay = (other: string) => other !== id && ['planned', 'delivering'].includes(standings.get(other)?.state ?? 'skipped');
  return plans
    .flatMap(({ plan }) => plan.chains)
    .filter((chain) => chain.entries.some((entry) => entry.deliveries.some((member) => member.id === id)))
    .every((chain) => !isChainSatisfied(chain, standings) && !deliveriesOf(chain).some((member) => isUnderWay(member.id)));
}

const FAILED: ReadonlySet<string> = new Set(['rejected', 'failed', 'unknown', 'skipped', 'discarded']);
const UNTRIED: ReadonlySet<string> = new Set(['chain-satisfied', 'chain-not-reached']);

/** What failed, for a person, made of ids and codes so that nothing personal is in it: `acme/api rejected (refused)`. */
function sentenceOf(deliveries: Standing[]): string | null {
  const failed = deliveries.filter(({ state, reason, planned }) => planned.required && FAILED.has(state) && !UNTRIED.has(reason ?? ''));
  const parts = failed.map(({ buyer, destination, state, reason }) => {
    return `${buyer}/${destination} ${state}${reason ? ` (${reason.replaceAll('-', ' ')})` : ''}`;
  });
  return parts.length > 0 ? parts.join(', ') : null;
}

/**
 * A lead's status by its latest plan. Deliveries of earlier plans stay in sight: one that runs, is held or is queued keeps the
 * lead from looking done, and one that was delivered makes it `partial` at the least.
 */
export function standingOfLead(plans: CarriedPlan[], deliveries: Standing[]): { status: LeadStatus; reason: string | null } {
  const plan = plans.at(-1)?.plan;
  const status = plan ? overall(leadStatus(plan, toStandings(deliveries)), new Set(deliveries.map(({ state }) => state))) : 'undelivered';
  if (status !== 'undelivered' && status !== 'partial') return { status, reason: null };
  if (plan && allDeliveries(plan).length === 0) return { status, reason: 'no route' };
  return { status, reason: sentenceOf(deliveries) };
}

function overall(latest: LeadStatus, states: ReadonlySet<string>): LeadStatus {
  if (states.has('planned') || states.has('delivering')) return 'delivering';
  switch (latest) {
    case 'delivering':
    case 'delivered':
    case 'held':
      return latest;
    case 'queued':
    case 'partial':
    case 'discarded':
    case 'undelivered':
      for (const resting of ['held', 'queued'] as const) if (states.has(resting)) return resting;
      return states.has('delivered') ? 'partial' : latest;
  }
}
