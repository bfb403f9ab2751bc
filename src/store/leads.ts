import { and, asc, desc, eq, gte, lt, sql, type SQL } from 'drizzle-orm';
import { findAccepted, storedLead, storeLeads } from './accept-lead.ts';
import { addDeliveries } from './add-deliveries.ts';
import { storableText } from './columns.ts';
import { readCursor, toPage } from './cursor.ts';
import type { Database, Session } from './database.ts';
import { leadColumns, toLeadRecord, toSearch } from './lead-rows.ts';
import { FixedStatement } from './fixed-statement.ts';
import type { LeadsAtHand } from './leads-at-hand.ts';
import { Grouped } from './grouped.ts';
import { deliveries, leads } from './schema.ts';
import { lockLead } from './locked-lead.ts';
import { nextRedelivery } from './next-redelivery.ts';
import type { LeadRecord, Page } from './records.ts';
import type { LeadFilter, LeadStore, NewLead } from './store.ts';

/** Of the same kind over and over, the first ones tell. */
const MOST_NOTES = 50;

const confirming = new FixedStatement<'ids' | 'at'>(
  () => sql`update leads set started_at = ${sql.placeholder('at')}::timestamptz where id = any(${sql.placeholder('ids')}::text[]) and status = 'delivering'`,
);

/** Leads in the database. */
export function createLeadStore(database: Database, atHand: LeadsAtHand): LeadStore {
  const storing = new Grouped((group: NewLead[]) => database.run('leads.accept', (session) => storeLeads(session, group)));
  return {
    accept: async (lead) => {
      if (!(await storing.call(lead))) return findAccepted(database, lead);
      const stored = storedLead(lead);
      atHand.keepStored(stored);
      return { result: 'stored', lead: stored };
    },

    get: (id) =>
      database.run('leads.get', async (session) => {
        const [row] = await session.select(leadColumns).from(leads).where(eq(leads.id, id));
        return row ? toLeadRecord(row) : null;
      }),

    search: (filter, limit, cursor) =>
      database.run('leads.search', (session) => pageOf(session, conditionsOf(filter), limit, cursor)),

    status: (id) =>
      database.run('leads.status', async (session) => {
        const [row] = await session.select({ status: leads.status }).from(leads).where(eq(leads.id, id));
        return row?.status ?? null;
      }),

    hasKey: (source, idempotencyKey) =>
      database.run('leads.hasKey', async (session) => {
        const isKey = and(eq(leads.source, source), eq(leads.idempotencyKey, storableText(idempotencyKey)));
        return (await session.select({ id: leads.id }).from(leads).where(isKey).limit(1)).length > 0;
      }),

    // Also what was confirmed long ago: a Temporal that came back empty is thus noticed.
    notStarted: ({ receivedBefore, confirmedBefore }, limit) =>
      database.run('leads.notStarted', async (session) => {
        const isNew = sql`(${leads.startedAt} is null and ${leads.receivedAt} < ${receivedBefore}::timestamptz)`;
        const rows = await session
          .select(leadColumns)
          .from(leads)
          .where(and(eq(leads.status, sql`'delivering'`), sql`(${isNew} or ${leads.startedAt} < ${confirmedBefore}::timestamptz)`))
          .orderBy(sql`${leads.startedAt} asc nulls first`, asc(leads.receivedAt))
          .limit(limit);
        return rows.map(toLeadRecord);
      }),

    markStarted: (ids, at) =>
      database.run('leads.markStarted', async (session) => {
        // What has ended since need not be looked after, and each change of a lead's row is one in all its indexes.
        if (ids.length > 0) await session.send(confirming.with({ ids, at }));
      }),

    addNotes: (id, notes) =>
      database.transaction('leads.addNotes', async (tx) => {
        const [row] = await tx.select({ notes: leads.notes }).from(leads).where(eq(leads.id, id)).for('update');
        if (row) await tx.update(leads).set({ notes: [...new Set([...row.notes, ...notes])].slice(0, MOST_NOTES) }).where(eq(leads.id, id));
      }),

    addDeliveries: (leadId, plan, redeliveryOf, workflowId, fields, run = plan) => addDeliveries(database, leadId, { plan, run, redeliveryOf, workflowId, fields }),

    nextRedelivery: (leadId) => database.run('leads.nextRedelivery', (session) => nextRedelivery(session, leadId)),

    withoutRoute: ({ source }, limit, cursor) =>
      database.run('leads.withoutRoute', (session) => pageOf(session, [eq(leads.status, 'undelivered'), hasNoDelivery, ofSource(source)], limit, cursor)),

    discardWithoutRoute: (id, reason) =>
      database.transaction('leads.discardWithoutRoute', async (tx) => {
        // Locked first: a redelivery that gives it deliveries at this moment wins or waits.
        if (!(await lockLead(tx, id))) return null;
        const [row] = await tx
          .update(leads)
          .set({ status: 'discarded', reason })
          .where(and(eq(leads.id, id), hasNoDelivery))
          .returning(leadColumns);
        return row ? toLeadRecord(row) : null;
      }),
  };
}

const hasNoDelivery = sql`not exists (select 1 from ${deliveries} where ${deliveries.leadId} = ${leads.id})`;

function ofSource(source: string | undefined): SQL | undefined {
  return source === undefined ? undefined : eq(leads.source, source);
}

/** One page of leads, newest first. */
async function pageOf(session: Session, conditions: (SQL | undefined)[], limit: number, cursor: string | null): Promise<Page<LeadRecord>> {
  const position = readCursor(cursor);
  const after = position ? sql`(${leads.receivedAt}, ${leads.id}) < (${position.time}::timestamptz, ${position.id})` : undefined;
  const rows = await session
    .select(leadColumns)
    .from(leads)
    .where(and(...conditions, after))
    .orderBy(desc(leads.receivedAt), desc(leads.id))
    .limit(limit + 1);
  return toPage(rows, limit, toLeadRecord, (row) => ({ time: row.receivedAt, id: row.id }));
}

function conditionsOf(filter: LeadFilter): (SQL | undefined)[] {
  const { status, buyer, source, field, receivedFrom, receivedTo, test } = filter;
  const ofBuyer = (name: string) => sql`exists (select 1 from ${deliveries} where ${deliveries.leadId} = ${leads.id} and ${deliveries.buyer} = ${name})`;
  return [
    status === undefined ? undefined : eq(leads.status, status),
    buyer === undefined ? undefined : ofBuyer(buyer),
    ofSource(source),
    field === undefined ? undefined : sql`${leads.search} @> ${JSON.stringify(toSearch({ [field.name]: field.value }))}::jsonb`,
    receivedFrom === undefined ? undefined : gte(leads.receivedAt, receivedFrom),
    receivedTo === undefined ? undefined : lt(leads.receivedAt, receivedTo),
    test === undefined ? undefined : eq(leads.test, test),
  ];
}
