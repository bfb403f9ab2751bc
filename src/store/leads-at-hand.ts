import { leadWorkflowId } from '../domain/delivery/workflow-id.ts';
import { attemptKey, requestColumns, type AttemptRow } from './attempt-rows.ts';
import type { AttemptBeginning } from './begin-attempts.ts';
import { toIsoTime } from './columns.ts';
import { firstDeliveryRows, ROUND_BEGINNING, toDeliveryRecord } from './delivery-rows.ts';
import { lockedDelivery, type LockedLead } from './locked-lead.ts';
import type { DeliveryWork, LeadRecord } from './records.ts';
import { Recent } from './recent.ts';

/** What is older is read anew before a first attempt: somebody may have changed it. */
const FRESH_FOR_MS = 5_000;
/** Attempts that last longer are few, and their ends may cost a read. */
const AT_HAND_FOR_MS = 30_000;
const MOST_KEPT = 5_000;

/**
 * Leads as this process has seen and written them last: an attempt's end need not read them again, and where API and worker are one
 * process a lead's first attempts need nothing to be read. None of it is believed blindly: that nobody else has begun the same attempt
 * is held by the attempt's own row, and an end is written only where the rows are still as they stand here (`writeIfUnchanged`).
 */
export class LeadsAtHand {
  private readonly fresh: Recent<string, DeliveryWork>;
  private readonly leads: Recent<string, LockedLead>;
  /** By delivery and number: attempts that this process has begun. */
  private readonly begun: Recent<string, AttemptRow>;
  private readonly leadOfDelivery: Recent<string, string>;

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    const atHand = { forMs: AT_HAND_FOR_MS, most: MOST_KEPT };
    this.fresh = new Recent({ forMs: FRESH_FOR_MS, most: MOST_KEPT }, nowMs);
    this.leads = new Recent(atHand, nowMs);
    this.begun = new Recent(atHand, nowMs);
    this.leadOfDelivery = new Recent(atHand, nowMs);
  }

  /** Keeps a lead that has just been stored. */
  keepStored(record: LeadRecord): void {
    const carried = { root: leadWorkflowId(record.id), plan: record.plan };
    const deliveries = firstDeliveryRows(record).map((row) => lockedDelivery({ ...row, ...UNTOUCHED }));
    for (const delivery of deliveries) this.fresh.put(delivery.id, { lead: record, delivery: toDeliveryRecord(delivery), attempts: [], rendered: null });
    const { id, source, receivedAt, status, reason } = record;
    this.keep({ lead: { id, source, receivedAt, status, reason, plans: [carried] }, deliveries });
  }

  /** The work of a delivery that was stored a moment ago; given once. */
  takeWork(deliveryId: string): DeliveryWork | null {
    return this.fresh.take(deliveryId) ?? null;
  }

  /** Keeps a lead as it was read for its attempts, unless it is known as far already: what this process has begun since is not in it. */
  keepRead(lead: LockedLead): void {
    const known = this.leads.get(lead.lead.id);
    if (known === undefined || progressOf(known) < progressOf(lead)) this.keep(lead);
  }

  /** A lead as this process has written it. Nothing is kept of one that has nothing under way any more. */
  keep(lead: LockedLead): void {
    if (!lead.deliveries.some(({ state }) => state === 'planned' || state === 'delivering')) {
      this.forget(lead);
      return;
    }
    this.leads.put(lead.lead.id, lead);
    for (const { id } of lead.deliveries) this.leadOfDelivery.put(id, lead.lead.id);
  }

  forget({ lead, deliveries }: LockedLead): void {
    this.leads.take(lead.id);
    for (const { id } of deliveries) this.leadOfDelivery.take(id);
  }

  /** Notes that an attempt was begun, and what that has changed of its delivery. */
  noteBegun(attempt: AttemptBeginning): void {
    const lead = this.leadOf(attempt.deliveryId);
    if (!lead) return;
    this.begun.put(attemptKey(attempt), begunRow(attempt));
    this.keep({
      lead: { ...lead.lead, status: 'delivering', reason: null },
      deliveries: lead.deliveries.map((delivery) => (delivery.id === attempt.deliveryId ? { ...delivery, ...UNDER_WAY } : delivery)),
    });
  }

  leadOf(deliveryId: string): LockedLead | undefined {
    const leadId = this.leadOfDelivery.get(deliveryId);
    return leadId === undefined ? undefined : this.leads.get(leadId);
  }

  /** The row of an attempt that this process has begun; given once, for its end. */
  takeBegun(attempt: { deliveryId: string; number: number }): AttemptRow | undefined {
    return this.begun.take(attemptKey(attempt));
  }
}

/** Grows with each attempt that ends, and each new round, delivery and plan: of two sights of a lead the later one has no less. */
function progressOf({ lead, deliveries }: LockedLead): number {
  return deliveries.reduce((sum, { round, evidenceLength }) => sum + round + evidenceLength, lead.plans.length);
}

/** What a delivery's row begins with, beside what is written of it. */
const UNTOUCHED = { ...ROUND_BEGINNING, round: 1, redeliveryOf: null, evidenceHash: null, evidenceLength: 0 } as const;

/** What `beginAttempts` writes into a delivery's row. */
const UNDER_WAY = {
  state: 'delivering',
  reason: null,
  explanation: null,
  heldUntil: null,
  heldGateVersion: null,
  deadLetter: null,
  releaseOnRecovery: false,
  settledAt: null,
} as const;

/** The row that `beginAttempts` has written. */
function begunRow({ deliveryId, number, round, startedAt, request, configVersion, gate }: AttemptBeginning): AttemptRow {
  return {
    deliveryId,
    number,
    round,
    startedAt: toIsoTime(startedAt),
    ...requestColumns(request),
    configVersion,
    gate,
    finishedAt: null,
    durationMs: null,
    timeToFirstByteMs: null,
    bodySha256: null,
    address: null,
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
    bodyTruncated: null,
    furtherExchanges: null,
    outcome: null,
    kind: null,
    code: null,
    reason: null,
    counted: true,
    nextAttemptAt: null,
    parts: null,
    previousHash: null,
    hash: null,
  };
}
