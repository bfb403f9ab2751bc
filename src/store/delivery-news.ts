import { and, eq, max, sql } from 'drizzle-orm';
import { explain } from '../domain/delivery/explanation.ts';
import { isFinal } from '../domain/delivery/state.ts';
import type { Database } from './database.ts';
import { deliveryIn, lockDelivery } from './locked-lead.ts';
import type { Settlement } from './records.ts';
import { deliveries, deliveryNews } from './schema.ts';
import { changeDelivery, settledChange } from './settlement.ts';
import type { NewsStore } from './store.ts';
import { writeLeads } from './write-leads.ts';

/** The latest that a provider has said of each delivery: one row a delivery that there is news of. */
export function createNewsStore(database: Database): NewsStore {
  return {
    take: ({ deliveryId, at, event, explanation }) =>
      database.transaction('news.take', async (tx) => {
        const [known] = await tx.select({ id: deliveries.id }).from(deliveries).where(eq(deliveries.id, deliveryId));
        if (!known) return { result: 'unknown-delivery' };
        const before = await lockDelivery(tx, deliveryId);
        const { state, reason, buyer, destination, leadId } = deliveryIn(before, deliveryId);
        if (!isFinal(state)) return { result: 'not-settled' };
        const written = await tx
          .insert(deliveryNews)
          .values({ deliveryId, buyer, destination, event, at })
          .onConflictDoUpdate({ target: deliveryNews.deliveryId, set: { event, at }, setWhere: sql`${deliveryNews.at} < excluded.at` })
          .returning({ deliveryId: deliveryNews.deliveryId });
        if (written.length === 0) return { result: 'stale' };
        const settlement = settlementOf(event, { state, reason }, explanation);
        if (settlement !== null) {
          const after = changeDelivery(before, deliveryId, settledChange(settlement, at), at);
          await writeLeads(tx, [{ before, after }]);
        }
        if (settlement === null && event === 'failed') return { result: 'stale' };
        const [row] = await tx
          .select({ at: max(deliveryNews.at) })
          .from(deliveryNews)
          .where(and(eq(deliveryNews.buyer, buyer), eq(deliveryNews.destination, destination), eq(deliveryNews.event, 'confirmed')));
        return { result: 'applied', buyer, destination, leadId, lastConfirmedAt: row?.at ?? null };
      }),
  };
}

/** What news changes; null where a delivery stands as the news has it, or by what a person or another run has done since. */
function settlementOf(event: 'confirmed' | 'failed', { state, reason }: { state: string; reason: string | null }, explanation: string): Settlement | null {
  if (event === 'failed') {
    const wasTaken = state === 'delivered' || state === 'unknown';
    return wasTaken ? { state: 'failed', reason: 'failed-later', explanation, deadLetter: 'undeliverable', billable: false } : null;
  }
  const wasDoubted = state === 'unknown' || (state === 'failed' && reason === 'failed-later');
  return wasDoubted ? { state: 'delivered', reason: 'accepted', explanation: explain('accepted'), deadLetter: null, billable: true } : null;
}
