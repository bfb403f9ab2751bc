import { sql, type SQL } from 'drizzle-orm';
import type { Session } from './database.ts';
import type { DeliveryCounts } from './records.ts';
import { deliveries, deliveryComplaints, deliveryNews, leads } from './schema.ts';

const wasTaken = sql`(${deliveries.state} = 'delivered' or ${deliveries.reason} = 'failed-later' or ${deliveryNews.deliveryId} is not null)`;
const hasComplained = sql`${deliveryComplaints.deliveryId} is not null`;
const hasFailed = sql`${deliveryNews.event} = 'failed'`;

/** In one statement, by the index deliveries_messages: it costs as much as there are messages in the time asked for. */
export async function deliveryCounts(session: Session, buyer: string, destination: string, since: string): Promise<DeliveryCounts> {
  const [row] = await session
    .select({
      accepted: sql<number>`count(*)::integer`,
      // Nobody complains of what they did not get, whether the provider said so or not.
      delivered: counted(sql`${deliveryNews.event} = 'confirmed' or (${deliveryNews.event} is null and ${hasComplained})`),
      hard: counted(sql`${hasFailed} and ${deliveryNews.bounce} = 'hard'`),
      soft: counted(sql`${hasFailed} and ${deliveryNews.bounce} = 'soft'`),
      failed: counted(sql`${hasFailed} and ${deliveryNews.bounce} is null`),
      complained: counted(hasComplained),
    })
    .from(deliveries)
    .innerJoin(leads, sql`${leads.id} = ${deliveries.leadId} and not ${leads.test}`)
    .leftJoin(deliveryNews, sql`${deliveryNews.deliveryId} = ${deliveries.id}`)
    .leftJoin(deliveryComplaints, sql`${deliveryComplaints.deliveryId} = ${deliveries.id}`)
    .where(
      sql`${deliveries.buyer} = ${buyer} and ${deliveries.destination} = ${destination} and ${deliveries.receivedAt} >= ${since}::timestamptz
        and ${deliveries.planned} ->> 'type' in ('email', 'sms') and ${wasTaken}`,
    );
  const { accepted, delivered, hard, soft, failed, complained } = row ?? { accepted: 0, delivered: 0, hard: 0, soft: 0, failed: 0, complained: 0 };
  return { accepted, delivered, bounced: { hard, soft }, failed, awaited: accepted - delivered - hard - soft - failed, complained };
}

function counted(condition: SQL): SQL<number> {
  return sql<number>`(count(*) filter (where ${condition}))::integer`;
}
