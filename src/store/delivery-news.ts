import { and, eq, max, sql } from 'drizzle-orm';
import { explain } from '../domain/delivery/explanation.ts';
import { restAfterLateFailure } from '../domain/delivery/late-failure.ts';
import { allDeliveries } from '../domain/delivery/plan.ts';
import { isFinal } from '../domain/delivery/state.ts';
import { owningWorkflowId, redeliveryWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { Database, Session } from './database.ts';
import { newRound } from './delivery-rows.ts';
import { deliveryIn, lockDelivery, type LockedLead } from './locked-lead.ts';
import { nextRedelivery } from './next-redelivery.ts';
import type { Settlement } from './records.ts';
import { deliveryCounts } from './delivery-counts.ts';
import { deliveries, deliveryComplaints, deliveryNews } from './schema.ts';
import { changeDelivery, settledChange } from './settlement.ts';
import type { GoingOn, NewsStore } from './store.ts';
import { writeLeads } from './write-leads.ts';

/** The latest that a provider has said of each delivery: one row a delivery that there is news of. */
export function createNewsStore(database: Database): NewsStore {
  return {
    counts: (buyer, destination, since) => database.run('news.counts', (session) => deliveryCounts(session, buyer, destination, since)),

    take: ({ deliveryId, at, event, bounce = null, explanation }) =>
      database.transaction('news.take', async (tx) => {
        const [known] = await tx.select({ id: deliveries.id }).from(deliveries).where(eq(deliveries.id, deliveryId));
        if (!known) return { result: 'unknown-delivery' };
        const before = await lockDelivery(tx, deliveryId);
        const { state, reason, buyer, destination, leadId, planned } = deliveryIn(before, deliveryId);
        if (!isFinal(state)) return { result: 'not-settled' };
        const told = { buyer, destination, type: planned.type, leadId };
        if (event === 'complained') {
          const isNew = await noteComplaint(tx, deliveryId, at);
          return isNew ? { result: 'applied', ...told, lastConfirmedAt: await lastConfirmed(tx, buyer, destination), goesOn: null } : { result: 'stale' };
        }
        const written = await tx
          .insert(deliveryNews)
          .values({ deliveryId, buyer, destination, event, at, bounce })
          .onConflictDoUpdate({ target: deliveryNews.deliveryId, set: { event, at, bounce }, setWhere: sql`${deliveryNews.at} < excluded.at` })
          .returning({ deliveryId: deliveryNews.deliveryId });
        if (written.length === 0) return { result: 'stale' };
        const settlement = settlementOf(event, { state, reason }, explanation);
        if (settlement === null && event === 'failed') return { result: 'stale' };
        const settled = settlement === null ? before : changeDelivery(before, deliveryId, settledChange(settlement, at), at);
        const { after, goesOn } = event === 'failed' ? await goOn(tx, settled, deliveryId, at) : { after: settled, goesOn: null };
        await writeLeads(tx, [{ before, after }]);
        return { result: 'applied', ...told, lastConfirmedAt: await lastConfirmed(tx, buyer, destination), goesOn };
      }),
  };
}

/** False when it was known. */
async function noteComplaint(tx: Session, deliveryId: string, at: string): Promise<boolean> {
  const written = await tx.insert(deliveryComplaints).values({ deliveryId, at }).onConflictDoNothing().returning({ deliveryId: deliveryComplaints.deliveryId });
  return written.length > 0;
}

async function lastConfirmed(tx: Session, buyer: string, destination: string): Promise<string | null> {
  const [row] = await tx
    .select({ at: max(deliveryNews.at) })
    .from(deliveryNews)
    .where(and(eq(deliveryNews.buyer, buyer), eq(deliveryNews.destination, destination), eq(deliveryNews.event, 'confirmed')));
  return row?.at ?? null;
}

/** Lets the chain of a delivery that failed late go on: in the same transaction, so that a lead is never left lying in between. */
async function goOn(tx: Session, settled: LockedLead, deliveryId: string, at: string): Promise<{ after: LockedLead; goesOn: GoingOn | null }> {
  const { id: leadId, source, receivedAt, plans } = settled.lead;
  const plan = plans.at(-1)?.plan;
  const standings = new Map(settled.deliveries.map(({ id, state, reason }) => [id, { state, reason }]));
  const rest = plan === undefined ? null : restAfterLateFailure(plan, standings, { deliveryId, receivedAt, at });
  if (rest === null) return { after: settled, goesOn: null };
  const number = await nextRedelivery(tx, leadId);
  const workflowId = redeliveryWorkflowId(leadId, number);
  const after = allDeliveries(rest).reduce((locked, { id }) => changeDelivery(locked, id, newRound(deliveryIn(locked, id), owningWorkflowId(workflowId, rest, id)), at), settled);
  return { after, goesOn: { source, plan: rest, number } };
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
