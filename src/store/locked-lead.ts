import { sql, type SQL } from 'drizzle-orm';
import { isAnyOf } from './columns.ts';
import type { Session } from './database.ts';
import { deliveryColumns, type DeliveryRow } from './delivery-rows.ts';
import type { LeadRow } from './lead-rows.ts';
import { deliveries, leads } from './schema.ts';

/** A delivery's row between lock and write. */
export type LockedDelivery = DeliveryRow & {
  /** False once its kept request is to be dropped. */
  keepsRequest: boolean;
};

/** A lead whose row this transaction holds, with its deliveries as they are now. */
export interface LockedLead {
  lead: Pick<LeadRow, 'id' | 'source' | 'receivedAt' | 'status' | 'reason' | 'plans'>;
  deliveries: LockedDelivery[];
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
 * Locks the rows of leads, in the order of their ids, so that no two transactions wait for each other. Everything that moves a
 * delivery takes this lock first: two deliveries of one lead that end together see each other.
 */
export async function lockLeads(tx: Session, isWanted: SQL): Promise<LockedLead['lead'][]> {
  return tx.select(lockedColumns).from(leads).where(isWanted).orderBy(leads.id).for('update');
}

/** Locks one lead's row; null when there is no such lead. */
export async function lockLead(tx: Session, id: string): Promise<LockedLead['lead'] | null> {
  const [row] = await lockLeads(tx, sql`${leads.id} = ${id}`);
  return row ?? null;
}

/** The condition for the leads that some deliveries belong to. */
export function leadsOf(deliveryIds: string[]): SQL {
  return sql`${leads.id} in (select ${deliveries.leadId} from ${deliveries} where ${isAnyOf(deliveries.id, deliveryIds)})`;
}

/** Locks the lead of a delivery and reads its deliveries, in a statement of its own: only that sees what was written before the lock was got. */
export async function lockDelivery(tx: Session, id: string): Promise<LockedLead> {
  const [lead] = await lockLeads(tx, leadsOf([id]));
  if (!lead) throw new Error(`There is no delivery ${id}.`);
  return { lead, deliveries: (await tx.select(deliveryColumns).from(deliveries).where(sql`${deliveries.leadId} = ${lead.id}`)).map(lockedDelivery) };
}

export function lockedDelivery(row: DeliveryRow): LockedDelivery {
  return { ...row, keepsRequest: true };
}

/** One of a lead's deliveries. Throws when it is another's. */
export function deliveryIn({ deliveries: all }: LockedLead, id: string): LockedDelivery {
  const delivery = all.find((row) => row.id === id);
  if (!delivery) throw new Error(`There is no delivery ${id}.`);
  return delivery;
}
