import { owningWorkflowId, rootWorkflowId } from '../../domain/delivery/workflow-id.ts';
import type { DeliveryRecord, LeadRecord, Settlement } from '../../store/records.ts';
import { describeError } from '../../domain/describe-error.ts';
import type { RedeliveryDependencies } from './dependencies.ts';
import { discarded } from './discarded.ts';
import type { RedeliveryPlan } from './plan-redelivery.ts';

export interface RedeliveryStart {
  /** With the edited fields, where they were edited. */
  lead: LeadRecord;
  /** As they were before. */
  deliveries: DeliveryRecord[];
  edited: boolean;
  planned: RedeliveryPlan;
  number: number;
  workflowId: string;
  /** Whether the lead goes by another plan from now on. */
  isAnotherPlan: boolean;
}

/**
 * Writes what is about to happen, then starts the workflow. False when another run has some of it, or it was delivered
 * meanwhile: then nothing goes out. When the workflow cannot be started, the call rejects. Both ways what was written is taken
 * back as far as it can be.
 */
export async function startRedelivery(start: RedeliveryStart, { store, engine, log }: RedeliveryDependencies): Promise<boolean> {
  const { lead, planned, number } = start;
  if (!(await write(start, store))) {
    await takeBack(start, store);
    return false;
  }
  try {
    await engine.startRedelivery({ leadId: lead.id, source: lead.source, plan: planned.run }, number);
  } catch (error) {
    log.warn({ lead: lead.id, redelivery: number, fault: describeError(error) }, 'a redelivery could not be started and is taken back');
    await takeBack(start, store);
    throw error;
  }
  await retireReplaced(start, store);
  return true;
}

async function write({ lead, planned, edited, workflowId, isAnotherPlan }: RedeliveryStart, store: RedeliveryDependencies['store']): Promise<boolean> {
  const { run, leadPlan, redeliveryOf } = planned;
  if (isAnotherPlan) return (await store.leads.addDeliveries(lead.id, leadPlan, redeliveryOf, workflowId, edited ? lead.fields : undefined, run)) !== null;
  for (const id of planned.restarted) {
    if ((await store.deliveries.startRound(id, owningWorkflowId(workflowId, run, id))) === null) return false;
  }
  return true;
}

/** A delivery that was replaced is no dead letter any more: whoever works through the list must not send it a third time. */
async function retireReplaced({ deliveries, planned }: RedeliveryStart, store: RedeliveryDependencies['store']): Promise<void> {
  const replaced = new Map(Object.entries(planned.redeliveryOf).map(([id, first]) => [first, id]));
  for (const delivery of deliveries) {
    const id = replaced.get(delivery.redeliveryOf ?? delivery.id);
    if (id === undefined || delivery.state === 'delivered' || delivery.state === 'discarded') continue;
    await store.deliveries.settle(delivery.id, discarded(`Sent again as delivery ${id}.`));
  }
}

/** Gives back only what still waits for this redelivery: another run's deliveries, and what has begun after all, are left alone. */
async function takeBack({ deliveries, planned, workflowId }: RedeliveryStart, store: RedeliveryDependencies['store']): Promise<void> {
  for (const id of [...planned.restarted, ...planned.added]) {
    const now = await store.deliveries.get(id);
    if (now?.state !== 'planned' || rootWorkflowId(now.workflowId) !== workflowId) continue;
    const before = deliveries.find((delivery) => delivery.id === id);
    // It was released and held anew since it was looked at. That hold is gone; left as it is, the sweep starts this redelivery for it.
    if (before && before.round + 1 !== now.round) continue;
    // Only what rests can be given up: what had been given up comes to rest first.
    if (before?.state === 'discarded' || !before) await store.deliveries.settle(id, NOT_STARTED);
    if (before) await store.deliveries.settle(id, settlementOf(before));
  }
}

const NOT_STARTED: Settlement = {
  state: 'failed',
  reason: 'our-fault',
  explanation: 'The redelivery could not be started, because Temporal was away. Redeliver it.',
  deadLetter: 'ours',
};

function settlementOf(delivery: DeliveryRecord): Settlement {
  const { state, reason, explanation, recipientId, billable, price, captures, deadLetter, planned } = delivery;
  // As it was when its retries ended in an outage: it goes out again by itself once its destination recovers.
  const releaseOnRecovery = reason === 'retries-exhausted' && planned.releaseOnRecovery;
  return { state, reason, explanation, recipientId, billable, price, captures, deadLetter, releaseOnRecovery };
}
