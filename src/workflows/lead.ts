import { ChildWorkflowFailure, executeChild, isCancellation, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { allDeliveries, type Plan, type PlannedDelivery } from '../domain/delivery/plan.ts';
import { impliedStandings, leadStatus } from '../domain/delivery/settle.ts';
import { failoverWorkflowId, fanOutWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { LeadStatus } from '../domain/delivery/state.ts';
import type { DeliverResult } from '../activities/contract.ts';
import { giveUp } from './delivering.ts';
import { failover } from './failover.ts';
import { deliverInParallel, fanOut } from './fan-out.ts';
import type { LeadInput, LeadResult, SettledDeliveries } from './input.ts';
import { holdingSignal } from './messages.ts';
import { leadStatusAttribute } from './search-attributes.ts';

/** One lead's whole way: its fan-out and each of its failover chains, to a final state for every delivery. */
export async function lead(input: LeadInput): Promise<LeadResult> {
  return deliverPlan(input);
}

/** A lead sent again, wholly or in part: the same way, under a workflow of its own. */
export async function redelivery(input: LeadInput): Promise<LeadResult> {
  return deliverPlan(input);
}

async function deliverPlan({ leadId, plan }: LeadInput): Promise<LeadResult> {
  let waiting = 0;
  const showHolding = (holding: boolean) => {
    waiting += holding ? 1 : -1;
    showStatus(waiting > 0 ? 'held' : 'delivering');
  };
  setHandler(holdingSignal, showHolding);
  const results = new Map((await Promise.all(branches(leadId, plan, showHolding))).flat());
  for (const [id, standing] of impliedStandings(plan, results)) results.set(id, { ...standing, attempt: null, heldUntil: null });
  const status = leadStatus(plan, results);
  showStatus(status);
  return { status, deliveries: byName(plan, results) };
}

/** A child where there is something to see: a lone delivery runs in the lead's own workflow. */
function branches(leadId: string, plan: Plan, onHolding: (holding: boolean) => void): Promise<SettledDeliveries>[] {
  const root = workflowInfo().workflowId;
  const { configVersion } = plan;
  if (plan.fanOut.length === 1 && plan.chains.length === 0) {
    return [deliverInParallel({ leadId, configVersion }, plan.fanOut, onHolding)];
  }
  const chains = plan.chains.map((chain, index) => {
    const deliveries = chain.entries.flatMap((entry) => entry.deliveries);
    const run = executeChild(failover, {
      workflowId: failoverWorkflowId(root, index),
      args: [{ leadId, configVersion, chain }],
      staticSummary: `first of ${namesOf(deliveries)}`,
    });
    return settleLostChild(run, deliveries);
  });
  if (plan.fanOut.length === 0) return chains;
  const run = executeChild(fanOut, {
    workflowId: fanOutWorkflowId(root),
    args: [{ leadId, configVersion, deliveries: plan.fanOut }],
    staticSummary: `to ${namesOf(plan.fanOut)}`,
  });
  return [settleLostChild(run, plan.fanOut), ...chains];
}

/** A child that somebody terminated takes none of the lead's other branches with it, and none of its deliveries is left without an end. */
async function settleLostChild(run: Promise<SettledDeliveries>, deliveries: PlannedDelivery[]): Promise<SettledDeliveries> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure) || isCancellation(error)) throw error;
    const settled: SettledDeliveries = [];
    for (const delivery of deliveries) settled.push([delivery.id, await giveUp(delivery.id)]);
    return settled;
  }
}

function namesOf(deliveries: PlannedDelivery[]): string {
  return deliveries.map((delivery) => `${delivery.buyer}/${delivery.destination}`).join(', ');
}

/** The column of the Temporal UI's list. */
function showStatus(status: LeadStatus): void {
  upsertSearchAttributes([{ key: leadStatusAttribute, value: status }]);
}

function byName(plan: Plan, results: ReadonlyMap<string, DeliverResult>): Record<string, DeliverResult> {
  const named = allDeliveries(plan).flatMap((delivery) => {
    const result = results.get(delivery.id);
    return result ? [[`${delivery.buyer}/${delivery.destination}`, result] as const] : [];
  });
  return Object.fromEntries(named);
}
