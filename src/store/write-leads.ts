import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { endedColumns, type AttemptRow } from './attempt-rows.ts';
import type { Session } from './database.ts';
import { changingColumns } from './delivery-rows.ts';
import { FixedStatement } from './fixed-statement.ts';
import type { LockedLead } from './locked-lead.ts';
import { assignments, recordset, rowsOf } from './recordset.ts';
import { attempts, deliveries, leads } from './schema.ts';

/** A lead as it was seen, and as it is to be. */
export interface LeadChange {
  before: LockedLead;
  after: LockedLead;
}

const leadStanding = { id: leads.id, status: leads.status, reason: leads.reason };
const deliveryColumns = { id: deliveries.id, leadId: deliveries.leadId, ...changingColumns };
const endedRow = { deliveryId: attempts.deliveryId, number: attempts.number, ...endedColumns };
const writtenSchema = z.array(z.object({ id: z.string() }));

/**
 * One statement for everything. It locks the leads in the order of their ids, then their deliveries (the array is made of all leads
 * before the first delivery is looked at), and compares each row, as it is once it is locked, with what it was taken for: another
 * plan, state or round, or another attempt that has ended since, and nothing of that lead is written. `lateral` has each row found by
 * its id: the database takes any list of rows for a hundred, and would rather read the whole table.
 */
const statement = new FixedStatement<'leads' | 'deliveries' | 'attempts'>(
  () => sql`
    with l as materialized (select * from ${recordset(leadStanding, 'leads', { was_status: 'text', plans: 'integer', deliveries: 'integer', changes: 'boolean' })}),
    d as materialized (select * from ${recordset(deliveryColumns, 'deliveries', { was_state: 'text', was_round: 'integer', was_length: 'integer', keeps: 'boolean', changes: 'boolean' })}),
    locked as materialized (
      select seen.id from (select * from l order by id) l cross join lateral (
        select id from leads where id = l.id and status = l.was_status and json_array_length(leads.plans) = l.plans for update) seen),
    same as materialized (
      select d.lead_id from d cross join lateral (
        select id from deliveries where id = d.id and state = d.was_state and round = d.was_round and evidence_length = d.was_length for update) seen
      where d.lead_id = any (array(select id from locked))),
    whole as materialized (
      select locked.id from locked join l on l.id = locked.id where l.deliveries = (select count(*) from same where same.lead_id = locked.id)),
    ended as (
      update attempts set ${assignments(endedColumns)} from ${recordset(endedRow, 'attempts', { lead_id: 'text' })}
      where attempts.delivery_id = r.delivery_id and attempts.number = r.number and r.lead_id in (select id from whole)),
    moved as (
      update deliveries set ${assignments(changingColumns)}, kept_request = case when r.keeps then deliveries.kept_request end
      from d as r where deliveries.id = r.id and r.changes and r.lead_id in (select id from whole)),
    shown as (
      update leads set status = r.status, reason = r.reason from l as r where leads.id = r.id and r.changes and r.id in (select id from whole))
    select id from whole`,
);

/**
 * Writes what has changed of leads, their deliveries and some attempts of theirs, each lead whole or not at all. Gives the ids of those
 * that were still as they were seen, and are written now.
 */
export async function writeIfUnchanged(session: Session, changes: LeadChange[], ended: AttemptRow[] = []): Promise<Set<string>> {
  const ofDeliveries = changes.flatMap(({ before, after }) => before.deliveries.map((seen) => ({ seen, next: after.deliveries.find(({ id }) => id === seen.id) ?? seen })));
  const leadOf = new Map(ofDeliveries.map(({ seen }) => [seen.id, seen.leadId]));
  const rows = await session.send(
    statement.with({
      leads: rowsOf(leadStanding, changes, ({ before, after }) => ({
        row: after.lead,
        further: { was_status: before.lead.status, plans: before.lead.plans.length, deliveries: before.deliveries.length, changes: before.lead !== after.lead },
      })),
      deliveries: rowsOf(deliveryColumns, ofDeliveries, ({ seen, next }) => ({
        row: next,
        further: { was_state: seen.state, was_round: seen.round, was_length: seen.evidenceLength, keeps: next.keepsRequest, changes: next !== seen },
      })),
      attempts: rowsOf(endedRow, ended, (row) => ({ row, further: { lead_id: leadOf.get(row.deliveryId) } })),
    }),
  );
  return new Set(writtenSchema.parse(rows).map(({ id }) => id));
}

/** Writes what has changed of leads whose rows this transaction holds. */
export async function writeLeads(tx: Session, changes: LeadChange[], ended: AttemptRow[] = []): Promise<void> {
  if (changes.length === 0) return;
  const written = await writeIfUnchanged(tx, changes, ended);
  const missed = changes.filter(({ before }) => !written.has(before.lead.id));
  if (missed.length > 0) throw new Error(`Lead ${missed.map(({ before }) => before.lead.id).join(', ')} was changed without its lock: a statement moves deliveries and does not lock their lead first.`);
}
