import { allDeliveries, type Chain, type Plan } from './plan.ts';
import { nextChainStep, type Standings } from './settle.ts';
import type { DeliveryState, ReasonCode } from './state.ts';
import { leadWorkflowId, redeliveryNumber, rootWorkflowId } from './workflow-id.ts';

/** A workflow that carries deliveries of a lead: the lead's own, or one of its redeliveries. */
export interface Run {
  workflowId: string;
  /** Null for the lead's own. */
  redelivery: number | null;
  plan: Plan;
  /** Ids of its deliveries that have not come to rest. */
  open: string[];
}

/** What a run is made out from: each delivery with the workflow that runs it. */
export interface RunDelivery {
  id: string;
  state: DeliveryState;
  reason: ReasonCode | null;
  workflowId: string;
  planned: Plan['fanOut'][number];
}

/** The part of a plan that one run (the first, or one redelivery) carries: what runs under another root is not its business. */
export function partOfRun(plan: Plan, members: ReadonlySet<string>): Plan {
  const chains = plan.chains.map((chain): Chain => {
    const entries = chain.entries.map((entry) => ({ deliveries: entry.deliveries.filter((delivery) => members.has(delivery.id)) }));
    return { ...chain, entries: entries.filter((entry) => entry.deliveries.length > 0) };
  });
  return { ...plan, fanOut: plan.fanOut.filter((delivery) => members.has(delivery.id)), chains: chains.filter((chain) => chain.entries.length > 0) };
}

/** What a chain has still to do, a hold for those that were only paused included. */
function nextDeliveries(chain: Chain, standings: Standings): Plan['fanOut'] {
  const next = nextChainStep(chain, standings);
  return next.step === 'done' ? [] : next.deliveries;
}

/** The runs of a lead that have something ahead of them, as they would be started. `plan` is the lead's latest. */
export function openRuns(leadId: string, plan: Plan, deliveries: RunDelivery[]): Run[] {
  const standings = new Map(deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
  const awaited = new Set(plan.chains.flatMap((chain) => nextDeliveries(chain, standings)).map(({ id }) => id));
  const open = deliveries.filter(({ id, state }) => state === 'planned' || state === 'delivering' || awaited.has(id));
  return [...new Set(open.map(({ workflowId }) => rootWorkflowId(workflowId)))].map((root) => {
    const members = deliveries.filter(({ workflowId }) => rootWorkflowId(workflowId) === root);
    const part = partOfRun(plan, new Set(members.map(({ id }) => id)));
    const known = new Set(allDeliveries(part).map(({ id }) => id));
    // A delivery of an earlier plan is carried on alone.
    const others = open.filter(({ id, workflowId }) => rootWorkflowId(workflowId) === root && !known.has(id)).map(({ id, planned }) => ({ ...planned, id }));
    return {
      workflowId: root,
      redelivery: root === leadWorkflowId(leadId) ? null : redeliveryNumber(root),
      plan: { ...part, fanOut: [...part.fanOut, ...others] },
      open: open.filter(({ workflowId }) => rootWorkflowId(workflowId) === root).map(({ id }) => id),
    };
  });
}
