import { and, asc, eq, gte, inArray, sql } from 'drizzle-orm';
import type { Session } from './database.ts';
import { deliveryColumns, toDeliveryRecord } from './delivery-rows.ts';
import { mayGoOutAgain } from './lead-standing.ts';
import type { DeliveryRecord } from './records.ts';
import { deliveries, leads } from './schema.ts';

/**
 * Deliveries that failed in an outage and may go out again by themselves, oldest first. Those whose chain somebody else has
 * satisfied since, or may still satisfy, are passed over; more are read until the limit is reached.
 */
export async function failedInOutage(
  session: Session,
  outage: { buyer: string; destination: string; since: string },
  limit: number,
): Promise<DeliveryRecord[]> {
  const found: DeliveryRecord[] = [];
  let after: { receivedAt: string; id: string } | null = null;
  for (;;) {
    const rows: { delivery: Parameters<typeof toDeliveryRecord>[0]; plans: (typeof leads.$inferSelect)['plans'] }[] = await session
      .select({ delivery: deliveryColumns, plans: leads.plans })
      .from(deliveries)
      .innerJoin(leads, eq(leads.id, deliveries.leadId))
      .where(
        and(
          sql`${deliveries.releaseOnRecovery}`,
          eq(deliveries.buyer, outage.buyer),
          eq(deliveries.destination, outage.destination),
          gte(deliveries.settledAt, outage.since),
          after ? sql`(${deliveries.receivedAt}, ${deliveries.id}) > (${after.receivedAt}::timestamptz, ${after.id})` : undefined,
        ),
      )
      .orderBy(asc(deliveries.receivedAt), asc(deliveries.id))
      .limit(limit);
    const leadIds = rows.map(({ delivery }) => delivery.leadId);
    const siblings = leadIds.length > 0 ? await session.select(deliveryColumns).from(deliveries).where(inArray(deliveries.leadId, leadIds)) : [];
    for (const { delivery, plans } of rows) {
      const ofLead = siblings.filter(({ leadId }) => leadId === delivery.leadId);
      if (mayGoOutAgain(plans, ofLead, delivery.id) && found.length < limit) found.push(toDeliveryRecord(delivery));
    }
    const last = rows.at(-1)?.delivery;
    if (!last || rows.length < limit || found.length >= limit) return found;
    after = { receivedAt: last.receivedAt, id: last.id };
  }
}
