import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { leadWorkflowId } from '../domain/delivery/workflow-id.ts';
import { storableText, toIsoTime } from './columns.ts';
import type { Database, Session } from './database.ts';
import { firstDeliveryRows, newDeliveryColumns } from './delivery-rows.ts';
import { FixedStatement } from './fixed-statement.ts';
import { leadColumns, newLeadColumns, toLeadRecord, toSearch } from './lead-rows.ts';
import { columnNames, columnValues, recordset, rowsOf } from './recordset.ts';
import type { LeadRecord } from './records.ts';
import { leads } from './schema.ts';
import type { Acceptance, NewLead } from './store.ts';

const storedSchema = z.array(z.object({ id: z.string() }));

const storing = new FixedStatement<'leads' | 'deliveries'>(
  () => sql`
    with stored as (
      insert into leads (${columnNames(newLeadColumns)})
      select ${columnValues(newLeadColumns)} from ${recordset(newLeadColumns, 'leads')} order by r.id
      on conflict do nothing returning id),
    planned as (
      insert into deliveries (${columnNames(newDeliveryColumns)})
      select ${columnValues(newDeliveryColumns)} from ${recordset(newDeliveryColumns, 'deliveries')} where lead_id in (select id from stored))
    select id from stored`,
);

/**
 * Stores leads with their planned deliveries, each whole or not at all, in one statement. Gives for each whether it was stored: not
 * when its idempotency key, or its id, is taken. Waits for whoever stores the same key at this moment; then there is a row to find.
 */
export async function storeLeads(session: Session, accepted: NewLead[]): Promise<boolean[]> {
  const leadRows = accepted.map(({ plan, idempotency, ...lead }) => ({
    ...lead,
    plans: [{ root: leadWorkflowId(lead.id), plan }],
    search: toSearch(lead.fields),
    idempotencyKey: idempotency?.key,
    contentSha256: idempotency?.contentSha256,
  }));
  const deliveryRows = accepted.flatMap(firstDeliveryRows);
  const rows = await session.send(storing.with({ leads: rowsOf(newLeadColumns, leadRows, (row) => ({ row })), deliveries: rowsOf(newDeliveryColumns, deliveryRows, (row) => ({ row })) }));
  const stored = new Set(storedSchema.parse(rows).map(({ id }) => id));
  return accepted.map(({ id }) => stored.has(id));
}

/** The record of a lead that was just stored. */
export function storedLead({ id, source, status, reason, test, receivedAt, fields, plan, notes }: NewLead): LeadRecord {
  return { id, source, status, reason: reason === null ? null : storableText(reason), test, receivedAt: toIsoTime(receivedAt), fields, plan, notes };
}

/** Finds the lead that a new one's idempotency key or id stands for already. */
export async function findAccepted(database: Database, lead: NewLead): Promise<Acceptance> {
  const { idempotency } = lead;
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
