import { and, asc, desc, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { allDeliveries } from '../domain/delivery/plan.ts';
import { leadWorkflowId, owningWorkflowId } from '../domain/delivery/workflow-id.ts';
import { isFinal } from '../domain/delivery/state.ts';
import { storableText } from './columns.ts';
import { readCursor, toPage } from './cursor.ts';
import type { Database, Session } from './database.ts';
import { deliveryColumns, newDeliveryRows, newRound, toDeliveryRecord } from './delivery-rows.ts';
import { standingOfLead } from './lead-standing.ts';
import { leadColumns, toLeadRecord, toSearch } from './lead-rows.ts';
import { deliveries, leads } from './schema.ts';
import { lockLead } from './settlement.ts';
import type { LeadRecord, Page } from './records.ts';
import type { Acceptance, LeadFilter, LeadStore, NewLead } from './store.ts';

/** Leads in the database. */
export function createLeadStore(database: Database): LeadStore {
  return {
    accept: (lead) => accept(database, lead),

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

    // Also what was confirmed long ago: a Temporal that came back empty is thus noticed.
    notStarted: (before, limit) =>
      database.run('leads.notStarted', async (session) => {
        const confirmed = sql`coalesce(${leads.startedAt}, ${leads.receivedAt})`;
        const rows = await session
          .select(leadColumns)
          .from(leads)
          .where(and(eq(leads.status, sql`'delivering'`), sql`${confirmed} < ${before}::timestamptz`))
          .orderBy(asc(confirmed))
          .limit(limit);
        return rows.map(toLeadRecord);
      }),

    markStarted: (ids, at) =>
      database.run('leads.markStarted', async (session) => {
        if (ids.length > 0) await session.update(leads).set({ startedAt: at }).where(inArray(leads.id, ids));
      }),

    addDeliveries: (leadId, plan, redeliveryOf, workflowId, fields) =>
      database.transaction('leads.addDeliveries', async (tx) => {
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
      }),

    nextRedelivery: (leadId) =>
      database.run('leads.nextRedelivery', async (session) => {
        const [row] = await session
          .update(leads)
          .set({ redeliveries: sql`${leads.redeliveries} + 1` })
          .where(eq(leads.id, leadId))
          .returning({ number: leads.redeliveries });
        if (!row) throw new Error(`There is no lead ${leadId}.`);
        return row.number;
      }),

    withoutRoute: ({ source }, limit, cursor) =>
      database.run('leads.withoutRoute', (session) => pageOf(session, [eq(leads.status, 'undelivered'), hasNoDelivery, ofSource(source)], limit, cursor)),

    discardWithoutRoute: (id, reason) =>
      database.transaction('leads.discardWithoutRoute', async (tx) => {
        // Locked first: a redelivery that gives it deliveries at this moment wins or waits.
        if (!(await lockLead(tx, { id }))) return null;
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

async function accept(database: Database, lead: NewLead): Promise<Acceptance> {
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
