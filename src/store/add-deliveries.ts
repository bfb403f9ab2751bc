import { eq, inArray } from 'drizzle-orm';
import { allDeliveries, type Plan } from '../domain/delivery/plan.ts';
import { isFinal } from '../domain/delivery/state.ts';
import { owningWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { Database } from './database.ts';
import { deliveryColumns, newDeliveryRows, newRound, toDeliveryRecord } from './delivery-rows.ts';
import { toSearch } from './lead-rows.ts';
import { standingOfLead } from './lead-standing.ts';
import type { DeliveryRecord } from './records.ts';
import { deliveries, leads } from './schema.ts';
import { lockLead } from './settlement.ts';

/** A redelivery by another plan. */
export interface AddedPlan {
  plan: Plan;
  /** For a delivery that takes the place of another: the first one's id, by the new one's. */
  redeliveryOf: Record<string, string>;
  /** The redelivery's workflow. */
  workflowId: string;
  /** Only when they were edited. */
  fields: Record<string, unknown> | undefined;
}

/**
 * Gives a lead another plan to go by: deliveries that are new to it are added, those it has begin a new round, but for what was
 * delivered or is under way. Returns the plan's deliveries in order.
 */
export async function addDeliveries(database: Database, leadId: string, added: AddedPlan): Promise<DeliveryRecord[]> {
  const { plan, redeliveryOf, workflowId, fields } = added;
  return database.transaction('leads.addDeliveries', async (tx) => {
    const lead = await lockLead(tx, { id: leadId });
    if (!lead) throw new Error(`There is no lead ${leadId}.`);
    const planned = allDeliveries(plan);
    const known = await tx.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, leadId));
    // Asked again (an answer was lost): it was done the first time.
    if (!lead.plans.some(({ root }) => root === workflowId)) {
      const carried = { root: workflowId, plan };
      const rows = newDeliveryRows(lead, carried, {
        firstPosition: Math.max(-1, ...known.map(({ position }) => position)) + 1,
        redeliveryOf,
        isNew: ({ id }) => !known.some((row) => row.id === id),
      });
      if (rows.length > 0) await tx.insert(deliveries).values(rows);
      for (const row of known) {
        const isPlanned = planned.some(({ id }) => id === row.id);
        if (!isPlanned || row.state === 'delivered' || !(isFinal(row.state) || row.state === 'held')) continue;
        await tx.update(deliveries).set(newRound(row, owningWorkflowId(workflowId, plan, row.id))).where(eq(deliveries.id, row.id));
      }
      const plans = [...lead.plans, carried];
      const all = await tx.select(deliveryColumns).from(deliveries).where(eq(deliveries.leadId, leadId));
      const standing = standingOfLead(plans, all);
      await tx
        .update(leads)
        .set({ plans, ...standing, ...(fields ? { fields, search: toSearch(fields) } : {}) })
        .where(eq(leads.id, leadId));
    }
    const ids = planned.map(({ id }) => id);
    const rows = ids.length > 0 ? await tx.select(deliveryColumns).from(deliveries).where(inArray(deliveries.id, ids)) : [];
    return rows.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)).map(toDeliveryRecord);
  });
}
