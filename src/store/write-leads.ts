import { sql, type SQL } from 'drizzle-orm';
import { endedColumns, type AttemptRow } from './attempt-rows.ts';
import { writeTogether, type Session } from './database.ts';
import { changingColumns } from './delivery-rows.ts';
import type { LockedLead } from './locked-lead.ts';
import { assignments, recordset } from './recordset.ts';
import { attempts, deliveries, leads } from './schema.ts';

/** A lead as it was locked, and as it is to be. */
export interface LeadChange {
  before: LockedLead;
  after: LockedLead;
}

const leadStanding = { id: leads.id, status: leads.status, reason: leads.reason };
const attemptKey = { deliveryId: attempts.deliveryId, number: attempts.number };

/** Writes what has changed of leads, their deliveries and some attempts of theirs, in one statement. */
export async function writeLeads(tx: Session, changes: LeadChange[], ended: AttemptRow[] = []): Promise<void> {
  const changedDeliveries = changes.flatMap(({ before, after }) => after.deliveries.filter((row) => !before.deliveries.includes(row)));
  const changedLeads = changes.filter(({ before, after }) => before.lead !== after.lead).map(({ after }) => after.lead);
  const writes: SQL[] = [];
  if (ended.length > 0) {
    writes.push(sql`update attempts set ${assignments(endedColumns)} from ${recordset({ ...attemptKey, ...endedColumns }, ended)}
      where attempts.delivery_id = r.delivery_id and attempts.number = r.number`);
  }
  const keeping = changedDeliveries.filter((row) => row.keepsRequest);
  const dropping = changedDeliveries.filter((row) => !row.keepsRequest);
  for (const [rows, drop] of [[keeping, sql``], [dropping, sql`, kept_request = null`]] as const) {
    if (rows.length === 0) continue;
    writes.push(sql`update deliveries set ${assignments(changingColumns)}${drop} from ${recordset({ id: deliveries.id, ...changingColumns }, rows)} where deliveries.id = r.id`);
  }
  if (changedLeads.length > 0) {
    writes.push(sql`update leads set status = r.status, reason = r.reason from ${recordset(leadStanding, changedLeads)} where leads.id = r.id`);
  }
  await writeTogether(tx, writes);
}
