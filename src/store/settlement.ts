import { explain } from '../domain/delivery/explanation.ts';
import type { DeliveryStanding } from '../domain/delivery/plan.ts';
import { isFinal, type DeliveryState, type ReasonCode } from '../domain/delivery/state.ts';
import type { DeliveryChange } from './delivery-rows.ts';
import { impliedFor, standingOfLead } from './lead-standing.ts';
import type { LockedDelivery, LockedLead } from './locked-lead.ts';
import type { Settlement } from './records.ts';

/**
 * Whether a delivery may still become `next`. What is final stays, but for two: a person may give up anything that rests and
 * was not delivered, and a buyer's late acceptance is a fact that no earlier guess undoes.
 */
export function maySettle(current: DeliveryState, next: DeliveryState): boolean {
  if (current === 'delivered') return false;
  if (next === 'discarded') return current !== 'planned' && current !== 'delivering' && current !== 'discarded';
  return !isFinal(current) || next === 'delivered';
}

/** What a settlement changes. `at` is when it ended. */
export function settledChange(settlement: Settlement, at: string): DeliveryChange {
  const final = isFinal(settlement.state);
  return {
    state: settlement.state,
    reason: settlement.reason,
    explanation: settlement.explanation,
    deadLetter: settlement.state === 'discarded' ? null : settlement.deadLetter,
    releaseOnRecovery: settlement.releaseOnRecovery ?? false,
    releasedAt: null,
    ...(settlement.recipientId === undefined ? {} : { recipientId: settlement.recipientId }),
    ...(settlement.billable === undefined ? {} : { billable: settlement.billable }),
    ...(settlement.price === undefined ? {} : { price: settlement.price }),
    ...(settlement.captures === undefined ? {} : { captures: settlement.captures }),
    ...(final ? { settledAt: at, heldUntil: null, heldGateVersion: null, keepsRequest: false } : { settledAt: null }),
  };
}

/**
 * The one place where a delivery's change becomes that of its lead: what follows for siblings that need no attempt any more, and
 * the lead's status. Gives the lead as it then is; rows that nothing happened to are the same objects.
 */
export function changeDelivery({ lead, deliveries }: LockedLead, id: string, change: DeliveryChange, at: string): LockedLead {
  const before = deliveries.map((row): LockedDelivery => (row.id === id ? { ...row, ...change } : row));
  if (change.state === undefined) return { lead, deliveries: before };
  const implied = impliedFor(lead.plans, before, id);
  const after = before.map((row) => {
    const standing = implied.get(row.id);
    return standing ? { ...row, ...impliedChange(standing, at) } : row;
  });
  const { status, reason } = standingOfLead(lead.plans, after);
  return { lead: status === lead.status && reason === lead.reason ? lead : { ...lead, status, reason }, deliveries: after };
}

function impliedChange({ reason }: DeliveryStanding, at: string) {
  const isDeadLetter = reason === ('chain-exhausted' satisfies ReasonCode);
  return {
    state: isDeadLetter ? ('failed' as const) : ('skipped' as const),
    reason,
    explanation: reason ? explain(reason) : null,
    deadLetter: isDeadLetter ? ('undeliverable' as const) : null,
    heldUntil: null,
    heldGateVersion: null,
    settledAt: at,
    keepsRequest: false,
  };
}
