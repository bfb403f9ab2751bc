import { randomBytes } from 'node:crypto';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { chainHash, makeSalts, sealParts } from '../domain/evidence/chain.ts';
import { attemptKey, evidenceFacts, furtherColumn, partTexts, requestColumns, responseColumns, type AttemptRow } from './attempt-rows.ts';
import { isAnyOf, storableText, toIsoTime } from './columns.ts';
import type { Session } from './database.ts';
import type { LeadsAtHand } from './leads-at-hand.ts';
import { deliveryColumns } from './delivery-rows.ts';
import { deliveryIn, leadsOf, lockedDelivery, lockLeads, type LockedLead } from './locked-lead.ts';
import type { AttemptEnd } from './records.ts';
import { attempts, deliveries } from './schema.ts';
import { changeDelivery, maySettle, settledChange } from './settlement.ts';
import { writeIfUnchanged, writeLeads, type LeadChange } from './write-leads.ts';

const SALT_BYTES = 16;

/** An attempt that was begun, with the lead it belongs to. */
interface BegunAttempt {
  leadId: string;
  row: AttemptRow;
}

/** Ends attempts, with what follows for their deliveries and leads, in a transaction of the caller's. Says of each whether it was open. */
export async function finishAttempts(tx: Session, ends: AttemptEnd[]): Promise<boolean[]> {
  const { leads, begun } = await lockAttempts(tx, ends);
  const { changes, rows, wereOpen } = endAll(ends, leads, begun);
  await writeLeads(tx, changes, rows);
  return wereOpen;
}

/**
 * As `finishAttempts`, without a transaction and without reading: by what this process knows of the leads from its own writes. Null where
 * it knows nothing, or somebody else has changed the lead since: then nothing was written of it.
 */
export async function finishAtHand(session: Session, ends: AttemptEnd[], atHand: LeadsAtHand): Promise<(boolean | null)[]> {
  const leads = new Map<string, LockedLead>();
  const begun = new Map<string, BegunAttempt>();
  const leadIds = new Map<AttemptEnd, string>();
  for (const end of ends) {
    const row = atHand.takeBegun(end);
    const lead = atHand.leadOf(end.deliveryId);
    if (!row || !lead) continue;
    leads.set(lead.lead.id, lead);
    begun.set(attemptKey(end), { leadId: lead.lead.id, row });
    leadIds.set(end, lead.lead.id);
  }
  if (leadIds.size === 0) return ends.map(() => null);
  const { changes, rows } = endAll([...leadIds.keys()], leads, begun);
  const written = await writeIfUnchanged(session, changes, rows);
  for (const { before, after } of changes) {
    if (written.has(before.lead.id)) atHand.keep(after);
    else atHand.forget(before);
  }
  return ends.map((end) => (written.has(leadIds.get(end) ?? '') ? true : null));
}

/** What the ends of some attempts change; and of each end whether its attempt was open. */
function endAll(ends: AttemptEnd[], leads: ReadonlyMap<string, LockedLead>, begun: ReadonlyMap<string, BegunAttempt>): { changes: LeadChange[]; rows: AttemptRow[]; wereOpen: boolean[] } {
  const after = new Map(leads);
  const ended = new Map<string, AttemptRow>();
  const wereOpen: boolean[] = [];
  for (const end of ends) {
    const known = begun.get(attemptKey(end));
    const lead = known && after.get(known.leadId);
    if (!lead) throw new Error(`There is no attempt ${end.number} of delivery ${end.deliveryId} to finish: it was never begun.`);
    const finished = finish(lead, ended.get(attemptKey(end)) ?? known.row, end);
    after.set(known.leadId, finished.lead);
    if (finished.row) ended.set(attemptKey(end), finished.row);
    wereOpen.push(finished.row !== null);
  }
  const changes = [...leads].flatMap(([id, before]) => {
    const changed = after.get(id);
    return changed === undefined || changed === before ? [] : [{ before, after: changed }];
  });
  return { changes, rows: [...ended.values()], wereOpen };
}

/** Locks the leads of some attempts, then reads what there is of them: only a statement of its own sees what was written before the lock was got. */
async function lockAttempts(tx: Session, ends: AttemptEnd[]): Promise<{ leads: Map<string, LockedLead>; begun: Map<string, BegunAttempt> }> {
  const locked = await lockLeads(tx, leadsOf(ends.map(({ deliveryId }) => deliveryId)));
  const leads = new Map(locked.map((lead): [string, LockedLead] => [lead.id, { lead, deliveries: [] }]));
  const begun = new Map<string, BegunAttempt>();
  const rows = await tx
    .select({ delivery: deliveryColumns, attempt: attempts })
    .from(deliveries)
    .leftJoin(attempts, and(eq(attempts.deliveryId, deliveries.id), isOneOf(ends)))
    .where(isAnyOf(deliveries.leadId, [...leads.keys()]));
  for (const { delivery, attempt } of rows) {
    const lead = leads.get(delivery.leadId);
    // A delivery whose two attempts end together comes twice.
    if (lead && !lead.deliveries.some(({ id }) => id === delivery.id)) lead.deliveries.push(lockedDelivery(delivery));
    if (attempt) begun.set(attemptKey(attempt), { leadId: delivery.leadId, row: attempt });
  }
  return { leads, begun };
}

function isOneOf(ends: AttemptEnd[]): SQL {
  const ids = sql.param(ends.map(({ deliveryId }) => deliveryId));
  const numbers = sql.param(ends.map(({ number }) => number));
  return sql`(${attempts.deliveryId}, ${attempts.number}) in (select * from unnest(${ids}::text[], ${numbers}::integer[]))`;
}

/** The end of one attempt: its sealed row (null when it has ended before), and the lead as it then is. */
function finish(lead: LockedLead, attempt: AttemptRow, end: AttemptEnd): { lead: LockedLead; row: AttemptRow | null } {
  const delivery = deliveryIn(lead, end.deliveryId);
  const { settled } = end;
  if (attempt.finishedAt !== null) {
    // Taken for lost, and yet the buyer took the lead: a fact that no guess of ours undoes. The sealed row stays as it is.
    const isLateSuccess = attempt.code === 'interrupted' && settled?.state === 'delivered' && maySettle(delivery.state, 'delivered');
    return { lead: isLateSuccess ? changeDelivery(lead, delivery.id, settledChange(settled, end.finishedAt), end.finishedAt) : lead, row: null };
  }
  const finishedAt = toIsoTime(end.finishedAt);
  const row = seal({ ...attempt, ...endColumns(end, finishedAt), previousHash: delivery.evidenceHash }, { finishedAt, outcome: end.outcome.outcome });
  const change = {
    ...(settled && maySettle(delivery.state, settled.state) ? settledChange(settled, finishedAt) : {}),
    evidenceHash: row.hash,
    evidenceLength: delivery.evidenceLength + 1,
  };
  return { lead: changeDelivery(lead, delivery.id, change, finishedAt), row };
}

/** What the end of an attempt writes into its row. A null request leaves what was noted at the beginning. */
function endColumns(end: AttemptEnd, finishedAt: string) {
  return {
    ...(end.request ? requestColumns(end.request) : {}),
    ...responseColumns(end.response),
    ...outcomeColumns(end.outcome),
    finishedAt,
    durationMs: end.durationMs,
    bodySha256: end.bodySha256,
    address: end.address,
    timeToFirstByteMs: end.timeToFirstByteMs,
    furtherExchanges: furtherColumn(end.furtherExchanges ?? []),
    counted: end.counted,
    nextAttemptAt: end.nextAttemptAt === null ? null : toIsoTime(end.nextAttemptAt),
  };
}

function outcomeColumns(outcome: AttemptOutcome) {
  const reason = outcome.reason === undefined ? null : storableText(outcome.reason);
  return outcome.outcome === 'error'
    ? { outcome: outcome.outcome, kind: outcome.kind, code: outcome.code, reason }
    : { outcome: outcome.outcome, kind: null, code: null, reason };
}

/** Seals a finished row: a fresh salt for each personal part, and the hash that chains it to the attempt finished before it. */
function seal(row: AttemptRow, end: { finishedAt: string; outcome: string }): AttemptRow {
  const parts = sealParts(partTexts(row), makeSalts(() => randomBytes(SALT_BYTES).toString('hex')));
  return { ...row, parts, hash: chainHash(row.previousHash, evidenceFacts(row, end), parts) };
}
