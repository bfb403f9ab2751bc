import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { requestColumns } from './attempt-rows.ts';
import type { Session } from './database.ts';
import { columnNames, columnValues, recordset } from './recordset.ts';
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

const begunSchema = z.object({ rows: z.array(z.object({ delivery_id: z.string(), number: z.int() })) });

/**
 * Writes attempts as started, and their deliveries and leads as under way. One statement, since every attempt waits for it. It
 * locks the leads before the deliveries, in the order of their ids, as all that moves a delivery does. Says of each whether it was
 * begun: nobody begins one of a delivery that has been settled, held or given a new round meanwhile.
 */
export async function beginAttempts(session: Session, beginnings: AttemptBeginning[]): Promise<boolean[]> {
  const rows = beginnings.map(({ request, ...attempt }) => ({ ...attempt, ...requestColumns(request) }));
  const result = await session.execute(sql`
    with r as materialized (select * from ${recordset(begunColumns, rows)}),
    locked as materialized (
      select id from leads where id in (select lead_id from deliveries where id in (select delivery_id from r)) order by id for update),
    moved as (
      update deliveries set state = 'delivering', reason = null, explanation = null, held_until = null, held_gate_version = null,
        dead_letter = null, release_on_recovery = false, settled_at = null
      from r, locked where deliveries.id = r.delivery_id and deliveries.lead_id = locked.id
        and deliveries.state in ('planned', 'delivering') and deliveries.round = r.round
      returning r.delivery_id, r.number),
    shown as (
      update leads set status = 'delivering', reason = null
      from locked where leads.id = locked.id and leads.status <> 'delivering'
        and exists (select 1 from moved join deliveries on deliveries.id = moved.delivery_id where deliveries.lead_id = leads.id))
    insert into attempts (${columnNames(begunColumns)}) select ${columnValues(begunColumns)} from r join moved using (delivery_id, number)
    returning delivery_id, number`);
  const begun = new Set(begunSchema.parse(result).rows.map((row) => `${row.delivery_id} ${row.number}`));
  return beginnings.map(({ deliveryId, number }) => begun.has(`${deliveryId} ${number}`));
}
