import { asc, eq, inArray } from 'drizzle-orm';
import { findBreak } from '../domain/evidence/chain.ts';
import { toAttemptRecord, toEvidenceLink } from './attempt-rows.ts';
import { beginAttempts, type AttemptBeginning } from './begin-attempts.ts';
import type { Database } from './database.ts';
import { finishAtHand, finishAttempts } from './finish-attempts.ts';
import { Grouped } from './grouped.ts';
import type { LeadsAtHand } from './leads-at-hand.ts';
import type { AttemptEnd } from './records.ts';
import { attempts, deliveries } from './schema.ts';
import type { AttemptStore } from './store.ts';

/**
 * The deliveries of one lead often succeed within moments of each other, and a transaction for three costs little more than for
 * one. Nobody waits for a success to be written; after any other end the next buyer or the next attempt does.
 */
const SUCCESSES_LINGER_MS = 40;

/**
 * Attempts, the evidence, in the database. Beginnings and ends are written in groups: each costs a round trip and a commit. The end of an
 * attempt whose lead this process has at hand is one statement; where somebody else was faster, it is a transaction that reads first.
 */
export function createAttemptStore(database: Database, atHand: LeadsAtHand): AttemptStore {
  const beginnings = new Grouped((group: AttemptBeginning[]) => database.run('attempts.begin', (session) => beginAttempts(session, group)));
  const finishKnown = (group: AttemptEnd[]) => database.run('attempts.finish', (session) => finishAtHand(session, group, atHand));
  const finishByLock = new Grouped((group: AttemptEnd[]) => database.transaction('attempts.finish', (tx) => finishAttempts(tx, group)));
  const ends = new Grouped(finishKnown);
  const successes = new Grouped(finishKnown, { lingerMs: SUCCESSES_LINGER_MS });
  return {
    begin: async (beginning) => {
      const isBegun = await beginnings.call(beginning);
      if (isBegun) atHand.noteBegun(beginning);
      return isBegun;
    },

    finish: async (end) => (await (end.outcome.outcome === 'success' ? successes : ends).call(end)) ?? (await finishByLock.call(end)),

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
