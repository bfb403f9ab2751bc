import { and, asc, eq, exists, gt, isNull, not, or, sql } from 'drizzle-orm';
import { rootWorkflowId } from '../domain/delivery/workflow-id.ts';
import type { Session } from './database.ts';
import { attempts, deliveries, leads } from './schema.ts';

/** Asked when a worker is lost: reads what is `delivering`, which has an index of its own (leads_unconfirmed). */
export async function workflowsInHand(session: Session, receivedAfter: string): Promise<string[]> {
  const attempt = session.select({ one: sql`1` }).from(attempts).where(eq(attempts.deliveryId, deliveries.id));
  const openAttempt = session
    .select({ one: sql`1` })
    .from(attempts)
    .where(and(eq(attempts.deliveryId, deliveries.id), isNull(attempts.finishedAt)));
  const isUnderWay = and(eq(deliveries.state, 'delivering'), exists(openAttempt));
  const isUntouched = and(eq(deliveries.state, 'planned'), not(exists(attempt)), gt(leads.receivedAt, receivedAfter));
  const rows = await session
    .select({ workflowId: deliveries.workflowId })
    .from(leads)
    .innerJoin(deliveries, eq(deliveries.leadId, leads.id))
    .where(and(eq(leads.status, 'delivering'), or(isUnderWay, isUntouched)))
    .orderBy(asc(leads.receivedAt));
  return [...new Set(rows.map(({ workflowId }) => rootWorkflowId(workflowId)))];
}
