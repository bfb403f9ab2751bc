import { randomBytes } from 'node:crypto';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import { chainHash, findBreak, makeSalts, sealParts } from '../domain/evidence/chain.ts';
import { evidenceFacts, partTexts, requestColumns, responseColumns, toAttemptRecord, toEvidenceLink, type AttemptRow } from './attempt-rows.ts';
import { storableText, toIsoTime } from './columns.ts';
import type { Database } from './database.ts';
import type { AttemptEnd } from './records.ts';
import { attempts, deliveries } from './schema.ts';
import { lockAttempt, maySettle, settledColumns, writeChange } from './settlement.ts';
import type { AttemptStore } from './store.ts';

const SALT_BYTES = 16;

/** Attempts, the evidence, in the database. */
export function createAttemptStore(database: Database): AttemptStore {
  return {
    // One statement, since every attempt waits for it. It locks the lead before the delivery, as all that moves a delivery does.
    begin: ({ request, ...attempt }) =>
      database.run('attempts.begin', async (session) => {
        const owner = sql`(select ${deliveries.leadId} from ${deliveries} where ${deliveries.id} = ${attempt.deliveryId})`;
        const insert = session.insert(attempts).values({ ...attempt, ...requestColumns(request) });
        await session.execute(sql`
          with locked as (select id from leads where id = ${owner} for update),
          moved as (
            update deliveries set state = 'delivering', reason = null, explanation = null, held_until = null, held_gate_version = null,
              dead_letter = null, release_on_recovery = false, settled_at = null
            from locked where deliveries.id = ${attempt.deliveryId} and deliveries.state not in ('delivering', 'delivered')),
          shown as (
            update leads set status = 'delivering', reason = null
            from locked, deliveries where leads.id = locked.id and leads.status <> 'delivering'
              and deliveries.id = ${attempt.deliveryId} and deliveries.state <> 'delivered')
          ${insert.getSQL()}`);
      }),

    finish: (end) =>
      database.transaction('attempts.finish', async (tx) => {
        const { attempt, ...locked } = await lockAttempt(tx, end.deliveryId, end.number);
        if (!attempt) throw new Error(`There is no attempt ${end.number} of delivery ${end.deliveryId} to finish: it was never begun.`);
        const { delivery } = locked;
        if (attempt.finishedAt !== null) {
          // Taken for lost, and yet the buyer took the lead: a fact that no guess of ours undoes. The sealed row stays as it is.
          const isLateSuccess = attempt.code === 'interrupted' && end.settled?.state === 'delivered' && maySettle(delivery.state, 'delivered');
          if (isLateSuccess && end.settled) await writeChange(tx, locked, settledColumns(end.settled, end.finishedAt), end.finishedAt);
          return;
        }
        const finishedAt = toIsoTime(end.finishedAt);
        const finished = seal({ ...attempt, ...endColumns(end, finishedAt), previousHash: delivery.evidenceHash }, { finishedAt, outcome: end.outcome.outcome });
        const write = tx
          .update(attempts)
          .set(finished)
          .where(and(eq(attempts.deliveryId, end.deliveryId), eq(attempts.number, end.number)));
        const { settled } = end;
        const change = {
          ...(settled && maySettle(delivery.state, settled.state) ? settledColumns(settled, finishedAt) : {}),
          evidenceHash: finished.hash,
          evidenceLength: delivery.evidenceLength + 1,
        };
        await writeChange(tx, locked, change, finishedAt, [write.getSQL()]);
      }),

    ofDeliveries: (deliveryIds) =>
      database.run('attempts.ofDeliveries', async (session) => {
        if (deliveryIds.length === 0) return [];
        const rows = await session
          .select()
          .from(attempts)
          .where(inArray(attempts.deliveryId, deliveryIds))
          .orderBy(asc(attempts.startedAt), asc(attempts.deliveryId), asc(attempts.number));
        return rows.map(toAttemptRecord);
      }),

    verify: (deliveryId) =>
      database.run('attempts.verify', async (session) => {
        // One statement, so that an attempt that ends meanwhile is seen in both places or in neither.
        const rows = await session
          .select({ head: { hash: deliveries.evidenceHash, length: deliveries.evidenceLength }, attempt: attempts })
          .from(deliveries)
          .leftJoin(attempts, eq(attempts.deliveryId, deliveries.id))
          .where(eq(deliveries.id, deliveryId));
        const [first] = rows;
        if (!first) throw new Error(`There is no delivery ${deliveryId}.`);
        const links = rows.flatMap(({ attempt }) => (attempt ? (toEvidenceLink(attempt) ?? []) : []));
        const brokenAt = findBreak(first.head, links);
        return { valid: brokenAt === null, attempts: links.length, brokenAt };
      }),
  };
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
