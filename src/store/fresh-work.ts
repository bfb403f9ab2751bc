import { leadWorkflowId } from '../domain/delivery/workflow-id.ts';
import { newDeliveryRows } from './delivery-rows.ts';
import type { DeliveryWork, LeadRecord } from './records.ts';

/** What is older is read anew: somebody may have changed it. */
const FRESH_FOR_MS = 5_000;
const MOST_KEPT = 5_000;

/**
 * What was stored a moment ago need not be read again: where API and worker are one process, a lead's first attempt finds it here,
 * once. That nobody else has begun the same attempt is held by the attempt's own row, not by this.
 */
export class FreshWork {
  private readonly kept = new Map<string, { work: DeliveryWork; atMs: number }>();
  private readonly nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** Keeps the deliveries of a lead that has just been stored. */
  keep(lead: LeadRecord): void {
    const rows = newDeliveryRows(lead, { root: leadWorkflowId(lead.id), plan: lead.plan }, { firstPosition: 0, redeliveryOf: {}, isNew: () => true });
    for (const { id, planned, position, workflowId } of rows) {
      const untouched = { state: 'planned', round: 1, redeliveryOf: null, settledAt: null, ...NOTHING_YET } as const;
      this.kept.set(id, { work: { lead, delivery: { id, leadId: lead.id, planned, position, workflowId, ...untouched }, attempts: [], rendered: null }, atMs: this.nowMs() });
    }
    for (const id of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(id);
    }
  }

  take(deliveryId: string): DeliveryWork | null {
    const kept = this.kept.get(deliveryId);
    this.kept.delete(deliveryId);
    return kept && this.nowMs() - kept.atMs <= FRESH_FOR_MS ? kept.work : null;
  }
}

const NOTHING_YET = { reason: null, explanation: null, recipientId: null, billable: null, price: null, captures: null, heldUntil: null, heldAt: null, deadLetter: null } as const;
