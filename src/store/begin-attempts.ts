import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { attemptKey, requestColumns } from './attempt-rows.ts';
import type { Session } from './database.ts';
import { FixedStatement } from './fixed-statement.ts';
import { columnNames, columnValues, recordset, rowsOf } from './recordset.ts';
import { attempts } from './schema.ts';
import type { AttemptStore } from './store.ts';

export type AttemptBeginning = Parameters<AttemptStore['begin']>[0];

const begunColumns = {
  deliveryId: attempts.deliveryId,
  number: attempts.number,
  round: attempts.round,
  startedAt: attempts.startedAt,
  requestMethod: attempts.requestMethod,
  requestUrl: attempts.requestUrl,
  requestHeaders: attempts.requestHeaders,
  requestBody: attempts.requestBody,
  configVersion: attempts.configVersion,
  gate: attempts.gate,
};

const begunSchema = z.array(z.object({ delivery_id: z.string(), number: z.int() }));

const beginning = new FixedStatement<'attempts'>(
  () => sql`
    with r as materialized (select * from ${recordset(begunColumns, 'attempts')}),
    asked as materialized (
      select r.delivery_id, r.number, r.round, known.lead_id from r cross join lateral (select lead_id from deliveries where id = r.delivery_id) known),
    locked as materialized (
      select held.id, held.status from (select distinct lead_id from asked order by lead_id) wanted
      cross join lateral (select id, status from leads where id = wanted.lead_id for update) held),
    open as materialized (
      select asked.delivery_id, asked.number, asked.lead_id from asked
      cross join lateral (select id from deliveries where id = asked.delivery_id and state in ('planned', 'delivering') and round = asked.round for update) held
      where asked.lead_id = any (array(select id from locked))),
    moved as (
      update deliveries set state = 'delivering', reason = null, explanation = null, held_until = null, held_gate_version = null,
        dead_letter = null, release_on_recovery = false, settled_at = null
      from open where deliveries.id = open.delivery_id),
    shown as (
      update leads set status = 'delivering', reason = null
      from locked where leads.id = locked.id and locked.status <> 'delivering' and locked.id in (select lead_id from open))
    insert into attempts (${columnNames(begunColumns)}) select ${columnValues(begunColumns)} from r join open using (delivery_id, number)
    returning delivery_id, number`,
);

/**
 * Writes attempts as started, and their deliveries and leads as under way. One statement, since every attempt waits for it. It
 * locks the leads in the order of their ids, then the deliveries (the array is made of all leads before the first delivery is looked
 * at), as all that moves a delivery does. Says of each whether it was begun: nobody begins one of a delivery that has been settled,
 * held or given a new round meanwhile.
 */
export async function beginAttempts(session: Session, beginnings: AttemptBeginning[]): Promise<boolean[]> {
  const rows = await session.send(beginning.with({ attempts: rowsOf(begunColumns, beginnings, ({ request, ...attempt }) => ({ row: { ...attempt, ...requestColumns(request) } })) }));
  const begun = new Set(begunSchema.parse(rows).map((row) => attemptKey({ deliveryId: row.delivery_id, number: row.number })));
  return beginnings.map((attempt) => begun.has(attemptKey(attempt)));
}
