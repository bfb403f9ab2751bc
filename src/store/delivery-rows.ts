import type { InferInsertModel, InferSelectModel } from 'drizzle-orm';
import { allDeliveries, type Plan, type PlannedDelivery } from '../domain/delivery/plan.ts';
import { leadWorkflowId, owningWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { DeliveryRecord } from './records.ts';
import { deliveries } from './schema.ts';

/** Columns that a delivery begins with; the others have defaults. */
export const newDeliveryColumns = {
  id: deliveries.id,
  leadId: deliveries.leadId,
  source: deliveries.source,
  receivedAt: deliveries.receivedAt,
  buyer: deliveries.buyer,
  destination: deliveries.destination,
  planned: deliveries.planned,
  position: deliveries.position,
  state: deliveries.state,
  redeliveryOf: deliveries.redeliveryOf,
  workflowId: deliveries.workflowId,
};

/** Columns of a delivery that change once it is there, but for the kept request. */
export const changingColumns = {
  state: deliveries.state,
  reason: deliveries.reason,
  explanation: deliveries.explanation,
  recipientId: deliveries.recipientId,
  billable: deliveries.billable,
  price: deliveries.price,
  captures: deliveries.captures,
  heldUntil: deliveries.heldUntil,
  heldGateVersion: deliveries.heldGateVersion,
  releasedAt: deliveries.releasedAt,
  round: deliveries.round,
  deadLetter: deliveries.deadLetter,
  workflowId: deliveries.workflowId,
  settledAt: deliveries.settledAt,
  releaseOnRecovery: deliveries.releaseOnRecovery,
  evidenceHash: deliveries.evidenceHash,
  evidenceLength: deliveries.evidenceLength,
};

/** What is read of a delivery's row: everything but the kept request, which can be large. */
export const deliveryColumns = { ...newDeliveryColumns, ...changingColumns };

export type DeliveryRow = Pick<InferSelectModel<typeof deliveries>, keyof typeof deliveryColumns>;
export type NewDeliveryRow = InferInsertModel<typeof deliveries>;

/** What happens to a delivery's row. */
export type DeliveryChange = Partial<Pick<DeliveryRow, keyof typeof changingColumns>> & {
  /** False drops the kept request. */
  keepsRequest?: false;
};

/** A row as the record that the rest of Leadrail knows. */
export function toDeliveryRecord(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    leadId: row.leadId,
    planned: row.planned,
    position: row.position,
    state: row.state,
    reason: row.reason,
    explanation: row.explanation,
    recipientId: row.recipientId,
    billable: row.billable,
    price: row.price,
    captures: row.captures,
    heldUntil: row.heldUntil,
    heldAt: row.heldGateVersion === null ? null : String(row.heldGateVersion),
    round: row.round,
    deadLetter: row.deadLetter,
    redeliveryOf: row.redeliveryOf,
    workflowId: row.workflowId,
    settledAt: row.settledAt,
  };
}

/** Rows for deliveries of a plan that are new to their lead. `root` is the workflow that carries the plan; positions count on from `firstPosition`. */
export function newDeliveryRows(
  lead: { id: string; source: string; receivedAt: string },
  carried: { root: string; plan: Plan },
  options: { firstPosition: number; redeliveryOf: Record<string, string>; isNew: (delivery: PlannedDelivery) => boolean },
): NewDeliveryRow[] {
  return allDeliveries(carried.plan)
    .filter(options.isNew)
    .map((planned, index) => ({
      id: planned.id,
      leadId: lead.id,
      source: lead.source,
      receivedAt: lead.receivedAt,
      buyer: planned.buyer,
      destination: planned.destination,
      planned,
      position: options.firstPosition + index,
      state: 'planned',
      redeliveryOf: options.redeliveryOf[planned.id] ?? null,
      workflowId: owningWorkflowId(carried.root, carried.plan, planned.id),
    }));
}

/** Rows for the deliveries that a lead is taken with. */
export function firstDeliveryRows(lead: { id: string; source: string; receivedAt: string; plan: Plan }): NewDeliveryRow[] {
  return newDeliveryRows(lead, { root: leadWorkflowId(lead.id), plan: lead.plan }, { firstPosition: 0, redeliveryOf: {}, isNew: () => true });
}

/** What a round begins with: nothing is known of how it ends. */
export const ROUND_BEGINNING = {
  state: 'planned',
  reason: null,
  explanation: null,
  recipientId: null,
  billable: null,
  price: null,
  captures: null,
  heldUntil: null,
  heldGateVersion: null,
  releasedAt: null,
  deadLetter: null,
  settledAt: null,
  releaseOnRecovery: false,
} as const;

/** What a new round changes: nothing of the round before is left but its attempts. */
export function newRound(row: Pick<DeliveryRow, 'round'>, workflowId: string): DeliveryChange {
  return { ...ROUND_BEGINNING, round: row.round + 1, workflowId, keepsRequest: false };
}
