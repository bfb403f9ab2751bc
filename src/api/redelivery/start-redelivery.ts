import { owningWorkflowId } from '../../domain/delivery/workflow-id.ts';
import type { DeliveryRecord, LeadRecord, Settlement } from '../../store/records.ts';
import { describeFault } from '../http/describe-fault.ts';
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

/** Writes what is about to happen, then starts the workflow. When that cannot be started, what was written is taken back as far as it can be, and the call rejects. */
export async function startRedelivery(start: RedeliveryStart, { store, engine, log }: RedeliveryDependencies): Promise<void> {
  const { lead, planned, workflowId, number } = start;
  if (start.isAnotherPlan) {
    await store.leads.addDeliveries(lead.id, planned.plan, planned.redeliveryOf, workflowId, start.edited ? lead.fields : undefined);
  } else {
    for (const id of planned.restarted) await store.deliveries.startRound(id, owningWorkflowId(workflowId, planned.plan, id));
  }
  try {
    await engine.startRedelivery({ leadId: lead.id, source: lead.source, plan: planned.plan }, number);
  } catch (error) {
    log.warn({ lead: lead.id, redelivery: number, fault: describeFault(error) }, 'a redelivery could not be started and is taken back');
    await takeBack(start, store);
    throw error;
  }
  await retireReplaced(start, store);
}

/** A delivery that was replaced is no dead letter any more: whoever works through the list must not send it a third time. */
async function retireReplaced({ deliveries, planned }: RedeliveryStart, store: RedeliveryDependencies['store']): Promise<void> {
  const replaced = new Map(Object.entries(planned.redeliveryOf).map(([id, first]) => [first, id]));
  for (const delivery of deliveries) {
    const id = replaced.get(delivery.redeliveryOf ?? delivery.id);
    if (id === undefined || delivery.state === 'delivered' || delivery.state === 'discarded') continue;
    await store.deliveries.settle(delivery.id, discarded(`Sent again with edited fields, as delivery ${id}.`));
  }
}

async function takeBack({ deliveries, planned }: RedeliveryStart, store: RedeliveryDependencies['store']): Promise<void> {
  for (const id of planned.restarted) {
    const before = deliveries.find((delivery) => delivery.id === id);
    // What was given up before has begun a new round, and only what rests can be given up.
    if (before) await store.deliveries.settle(id, before.state === 'discarded' ? NOT_STARTED : settlementOf(before));
  }
  for (const id of planned.added) await store.deliveries.settle(id, NOT_STARTED);
}

const NOT_STARTED: Settlement = {
  state: 'failed',
  reason: 'our-fault',
  explanation: 'The redelivery could not be started, because Temporal was away. Redeliver it.',
  deadLetter: 'ours',
};

function settlementOf(delivery: DeliveryRecord): Settlement {
  const { state, reason, explanation, recipientId, billable, price, deadLetter } = delivery;
  return { state, reason, explanation, recipientId, billable, price, deadLetter };
}
