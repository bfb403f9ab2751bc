import { eq, inArray, sql, type SQL } from 'drizzle-orm';
import { explain } from '../domain/delivery/explanation.ts';
import type { DeliveryStanding } from '../domain/delivery/plan.ts';
import { isFinal, type DeliveryState, type ReasonCode } from '../domain/delivery/state.ts';
import { writeTogether, type Session } from './database.ts';
import { deliveryColumns, type DeliveryChange, type DeliveryRow } from './delivery-rows.ts';
import { impliedFor, standingOfLead } from './lead-standing.ts';
import type { LeadRow } from './lead-rows.ts';
import type { Settlement } from './records.ts';
import { attempts, deliveries, leads } from './schema.ts';

/** A lead whose row this transaction holds, with its deliveries as they are now. */
export interface LockedLead {
  lead: Pick<LeadRow, 'id' | 'source' | 'receivedAt' | 'status' | 'reason' | 'plans'>;
  deliveries: DeliveryRow[];
}

const lockedColumns = {
  id: leads.id,
  source: leads.source,
  receivedAt: leads.receivedAt,
  status: leads.status,
  reason: leads.reason,
  plans: leads.plans,
};

/**
 * Locks a lead's row. Everything that moves a delivery takes this lock first, so two deliveries of one lead that end together
 * see each other. Null when there is no such lead.
 */
export async function lockLead(tx: Session, lead: { id: string } | { ofDelivery: string }): Promise<LockedLead['lead'] | null> {
  const id = 'id' in lead ? sql`${lead.id}` : sql`(select ${deliveries.leadId} from ${deliveries} where ${deliveries.id} = ${lead.ofDelivery})`;
  const [row] = await tx.select(lockedColumns).from(leads).where(eq(leads.id, id)).for('update');
  return row ?? null;
}

/** Locks the lead of a delivery and reads its deliveries, in a statement of its own: only that sees what was written before the lock was got. */
export async function lockDelivery(tx: Session, id: string): Promise<LockedLead & { delivery: DeliveryRow }> {
  const lead = await lockLead(tx, { ofDelivery: id });
  const rows = lead ? await tx.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, lead.id)) : [];
  return withDelivery(lead, rows, id);
}

/** As `lockDelivery`, with one attempt of the delivery, or null, read in the same statement. */
export async function lockAttempt(tx: Session, id: string, number: number) {
  const lead = await lockLead(tx, { ofDelivery: id });
  const rows = lead
    ? await tx
        .select({ delivery: deliveryColumns, attempt: attempts })
        .from(deliveries)
        .leftJoin(attempts, sql`${attempts.deliveryId} = ${deliveries.id} and ${attempts.deliveryId} = ${id} and ${attempts.number} = ${number}`)
        .where(eq(deliveries.leadId, lead.id))
    : [];
  const locked = withDelivery(lead, rows.map((row) => row.delivery), id);
  return { ...locked, attempt: rows.find((row) => row.attempt !== null)?.attempt ?? null };
}

function withDelivery(lead: LockedLead['lead'] | null, rows: DeliveryRow[], id: string): LockedLead & { delivery: DeliveryRow } {
  const delivery = rows.find((row) => row.id === id);
  if (!lead || !delivery) throw new Error(`There is no delivery ${id}.`);
  return { lead, deliveries: rows, delivery };
}

/**
 * Whether a delivery may still become `next`. What is final stays, but for two: a person may give up anything that rests and
 * was not delivered, and a buyer's late acceptance is a fact that no earlier guess undoes.
 */
export function maySettle(current: DeliveryState, next: DeliveryState): boolean {
  if (current === 'delivered') return false;
  if (next === 'discarded') return current !== 'planned' && current !== 'delivering' && current !== 'discarded';
  return !isFinal(current) || next === 'delivered';
}

/** The columns that a settlement writes. `at` is when it ended. */
export function settledColumns(settlement: Settlement, at: string): DeliveryChange {
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
    ...(final ? { settledAt: at, heldUntil: null, heldGateVersion: null, keptRequest: null } : { settledAt: null }),
  };
}

/**
 * The one place where a delivery's change is written with what follows from it: siblings that need no attempt any more, and the
 * lead's status. One statement; `alongside` are writes of other rows that belong to it. Returns the delivery as it then is.
 */
export async function writeChange(
  tx: Session,
  locked: LockedLead & { delivery: DeliveryRow },
  change: DeliveryChange,
  at: string,
  alongside: SQL[] = [],
): Promise<DeliveryRow> {
  const { plans } = locked.lead;
  const changed = { ...locked.delivery, ...change };
  const before = locked.deliveries.map((row) => (row.id === changed.id ? changed : row));
  const implied = change.state === undefined ? new Map<string, DeliveryStanding>() : impliedFor(plans, before, changed.id);
  const after = before.map((row) => ({ ...row, ...implied.get(row.id) }));
  const own = implied.get(changed.id);
  const writes = [...alongside];
  const changeOfOwn = own ? { ...change, ...impliedColumns(own.reason, at) } : change;
  if (Object.keys(changeOfOwn).length > 0) writes.push(tx.update(deliveries).set(changeOfOwn).where(eq(deliveries.id, changed.id)).getSQL());
  for (const reason of new Set([...implied.values()].map((standing) => standing.reason))) {
    const ids = [...implied].filter(([id, standing]) => id !== changed.id && standing.reason === reason).map(([id]) => id);
    if (ids.length > 0) writes.push(tx.update(deliveries).set(impliedColumns(reason, at)).where(inArray(deliveries.id, ids)).getSQL());
  }
  const { status, reason } = standingOfLead(plans, after);
  if (change.state !== undefined && (status !== locked.lead.status || reason !== locked.lead.reason)) {
    writes.push(tx.update(leads).set({ status, reason }).where(eq(leads.id, locked.lead.id)).getSQL());
  }
  await writeTogether(tx, writes);
  return own ? { ...changed, ...shownImplied(own.reason, at) } : changed;
}

function shownImplied(reason: ReasonCode | null, at: string) {
  const isDeadLetter = reason === 'chain-exhausted';
  return {
    state: isDeadLetter ? ('failed' as const) : ('skipped' as const),
    reason,
    explanation: reason ? explain(reason) : null,
    deadLetter: isDeadLetter ? ('undeliverable' as const) : null,
    heldUntil: null,
    heldGateVersion: null,
    settledAt: at,
  };
}

function impliedColumns(reason: ReasonCode | null, at: string): DeliveryChange {
  return { ...shownImplied(reason, at), keptRequest: null };
}
