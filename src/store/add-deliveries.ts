import { eq, inArray } from 'drizzle-orm';
import { allDeliveries, type Plan } from '../domain/delivery/plan.ts';
import { isFinal } from '../domain/delivery/state.ts';
import { owningWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { Database } from './database.ts';
import { deliveryColumns, newDeliveryRows, newRound, toDeliveryRecord, type DeliveryRow } from './delivery-rows.ts';
import { toSearch } from './lead-rows.ts';
import { standingOfLead } from './lead-standing.ts';
import type { DeliveryRecord } from './records.ts';
import { deliveries, leads } from './schema.ts';
import { lockedDelivery, lockLead } from './locked-lead.ts';
import { writeLeads } from './write-leads.ts';

/** A redelivery by another plan. */
export interface AddedPlan {
  /** What the lead goes by from then on. */
  plan: Plan;
  /** What of it goes out now, as the redelivery's workflow runs it: it says which workflow each delivery waits in. */
  run: Plan;
  /** For a delivery that takes the place of another: the first one's id, by the new one's. */
  redeliveryOf: Record<string, string>;
  /** The redelivery's workflow. */
  workflowId: string;
  /** Only when they were edited. */
  fields: Record<string, unknown> | undefined;
}

/**
 * Gives a lead another plan to go by: deliveries that are new to it are added, those of the run that it has begin a new round.
 * Returns the run's deliveries in order; null, with nothing changed, when one of them, or one that takes another's place, is
 * under way or was delivered meanwhile.
 */
export async function addDeliveries(database: Database, leadId: string, added: AddedPlan): Promise<DeliveryRecord[] | null> {
  const { plan, run, redeliveryOf, workflowId, fields } = added;
  return database.transaction('leads.addDeliveries', async (tx) => {
    const lead = await lockLead(tx, leadId);
    if (!lead) throw new Error(`There is no lead ${leadId}.`);
    const going = new Set(allDeliveries(run).map(({ id }) => id));
    const known = await tx.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, leadId));
    // Asked again (an answer was lost): it was done the first time.
    if (!lead.plans.some(({ root }) => root === workflowId)) {
      if (known.some((row) => isTaken(row, going, redeliveryOf))) return null;
      const rows = newDeliveryRows(lead, { root: workflowId, plan: run }, {
        firstPosition: Math.max(-1, ...known.map(({ position }) => position)) + 1,
        redeliveryOf,
        isNew: ({ id }) => !known.some((row) => row.id === id),
      });
      if (rows.length > 0) await tx.insert(deliveries).values(rows);
      const before = known.map(lockedDelivery);
      const after = before.map((row) => (going.has(row.id) ? { ...row, ...newRound(row, owningWorkflowId(workflowId, run, row.id)) } : row));
      await writeLeads(tx, [{ before: { lead, deliveries: before }, after: { lead, deliveries: after } }]);
      const plans = [...lead.plans, { root: workflowId, plan }];
      const all = await tx.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, leadId));
      const standing = standingOfLead(plans, all);
      await tx
        .update(leads)
        .set({ plans, ...standing, ...(fields ? { fields, search: toSearch(fields) } : {}) })
        .where(eq(leads.id, leadId));
    }
    const ids = [...going];
    const rows = ids.length > 0 ? await tx.select(deliveryColumns).from(deliveries).where(inArray(deliveries.id, ids)) : [];
    return rows.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)).map(toDeliveryRecord);
  });
}

/** Whether another run has what this one is about to send, or it was delivered since. A replaced one may have been delivered: it is sent anew then. */
function isTaken(row: DeliveryRow, going: ReadonlySet<string>, redeliveryOf: Record<string, string>): boolean {
  if (going.has(row.id)) return !isFinal(row.state) || row.state === 'delivered';
  return Object.values(redeliveryOf).includes(row.redeliveryOf ?? row.id) && !isFinal(row.state);
}
