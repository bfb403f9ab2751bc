import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { allDeliveries, type Plan } from '../domain/delivery/plan.ts';
import type { DeliverResult } from '../domain/delivery/result.ts';
import { impliedStandings, leadStatus } from '../domain/delivery/settle.ts';
import type { LeadStatus } from '../domain/delivery/state.ts';
import { deliverPlan } from './branches.ts';
import { branchesOfEarlierWay } from './earlier-ways.ts';
import { CURRENT_WAY, type LeadInput, type LeadResult } from './input.ts';
import { holdingSignal } from './messages.ts';
import { leadStatusAttribute } from './search-attributes.ts';

/** One lead's whole way: its first attempts, then its fan-out and failover chains where something is left, to a final state for every delivery. */
export function lead(input: LeadInput): Promise<LeadResult> {
  return run(input);
}

/** A lead sent again, wholly or in part: the same way, under a workflow of its own. */
export function redelivery(input: LeadInput): Promise<LeadResult> {
  return run(input);
}

async function run({ leadId, plan, way = 1 }: LeadInput): Promise<LeadResult> {
  // Fails the task, not the workflow: the server offers it again, until a worker that knows this way has it.
  if (way > CURRENT_WAY) throw new Error(`a lead goes by way ${way}; this worker knows ${CURRENT_WAY} ways and leaves it to a newer one`);
  const holding = { waiting: 0, wasShown: false };
  const showHolding = (isHolding: boolean) => {
    holding.waiting += isHolding ? 1 : -1;
    holding.wasShown = true;
    showStatus(holding.waiting > 0 ? 'held' : 'delivering');
  };
  setHandler(holdingSignal, showHolding);
  const settled = way < 3 ? (await Promise.all(branchesOfEarlierWay({ leadId, plan, way }, showHolding))).flat() : await deliverPlan({ leadId, plan }, showHolding);
  const results = new Map(settled);
  for (const [id, standing] of impliedStandings(plan, results)) results.set(id, { ...standing, attempt: null, heldUntil: null });
  const status = leadStatus(plan, results);
  // Most leads are delivered: that they are completed says it, and a write less is a fifth more leads a second.
  if (way < 2 || holding.wasShown || status !== 'delivered') showStatus(status);
  return { status, deliveries: byName(plan, results) };
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
