import { eq, sql } from 'drizzle-orm';
import { leadWorkflowId } from '../domain/delivery/workflow-id.ts';
import { storableText } from './columns.ts';
import type { Database } from './database.ts';
import { newDeliveryRows } from './delivery-rows.ts';
import { leadColumns, toLeadRecord, toSearch } from './lead-rows.ts';
import { deliveries, leads } from './schema.ts';
import type { Acceptance, NewLead } from './store.ts';

/** Stores a lead with its planned deliveries, or finds the one that its idempotency key or its id stands for already. */
export async function acceptLead(database: Database, lead: NewLead): Promise<Acceptance> {
  const { plan, idempotency, ...rest } = lead;
  const carried = { root: leadWorkflowId(lead.id), plan };
  const row = { ...rest, plans: [carried], search: toSearch(lead.fields), idempotencyKey: idempotency?.key, contentSha256: idempotency?.contentSha256 };
  const rows = newDeliveryRows(lead, carried, { firstPosition: 0, redeliveryOf: {}, isNew: () => true });
  const stored = await database.transaction('leads.accept', async (tx) => {
    // Waits for a concurrent post of the same key to commit; then there is a row to find.
    const [inserted] = await tx.insert(leads).values(row).onConflictDoNothing().returning(leadColumns);
    if (inserted && rows.length > 0) await tx.insert(deliveries).values(rows);
    return inserted ?? null;
  });
  if (stored) return { result: 'stored', lead: toLeadRecord(stored) };
  return database.run('leads.accept', async (session): Promise<Acceptance> => {
    const isSame = idempotency
      ? sql`(${leads.source} = ${lead.source} and ${leads.idempotencyKey} = ${storableText(idempotency.key)}) or ${leads.id} = ${lead.id}`
      : eq(leads.id, lead.id);
    const [known] = await session
      .select({ ...leadColumns, contentSha256: leads.contentSha256 })
      .from(leads)
      .where(isSame)
      .limit(1);
    if (!known) throw new Error(`Lead ${lead.id} was neither stored nor found: it was deleted at this moment. Post it again.`);
    const { contentSha256, ...found } = known;
    const isSameContent = !idempotency || contentSha256 === idempotency.contentSha256;
    return isSameContent ? { result: 'same', lead: toLeadRecord(found) } : { result: 'conflict', leadId: found.id };
  });
}
