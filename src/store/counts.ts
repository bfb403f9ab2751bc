import { sql } from 'drizzle-orm';
import { toIsoTime } from './columns.ts';
import type { Database } from './database.ts';
import { alerts, deliveries, leads } from './schema.ts';
import type { CountStore, StoreCounts } from './store.ts';

/**
 * How much of what is open, in one statement. Each part stands on an index of its own (deliveries_held, deliveries_dead,
 * leads_status, alerts_raised), so that it costs as much as there is to count, however many leads are kept.
 */
export const COUNTS = sql`
  select 'held' as what, ${deliveries.destination} as name, ${deliveries.buyer} as buyer, count(*)::integer as count, null::timestamptz as since
    from ${deliveries} where ${deliveries.state} = 'held' group by ${deliveries.buyer}, ${deliveries.destination}
  union all
  select 'dead', ${deliveries.deadLetter}, '', count(*)::integer, null from ${deliveries} where ${deliveries.deadLetter} is not null group by ${deliveries.deadLetter}
  union all
  select 'alert', ${alerts.kind}, ${alerts.buyer}, count(*)::integer, null from ${alerts} where ${alerts.clearedAt} is null group by ${alerts.kind}, ${alerts.buyer}
  union all
  select 'delivering', '', '', count(*)::integer, min(${leads.receivedAt}) from ${leads} where ${leads.status} = 'delivering'
  union all
  select 'no route', '', '', count(*)::integer, null from ${leads} where ${leads.status} = 'undelivered' and ${leads.reason} = 'no route'
`;

/** Counts in the database. */
export function createCountStore(database: Database): CountStore {
  return {
    read: () =>
      database.run('counts.read', async (session) => {
        const rows = await session
          .select({ what: sql<string>`what`, name: sql<string>`name`, buyer: sql<string>`buyer`, count: sql<number>`count`, since: sql<string | Date | null>`since` })
          .from(sql`(${COUNTS}) as counts`);
        return rows.reduce(withRow, { held: [], deadLetters: [], leadsWithoutRoute: 0, leadsDelivering: 0, oldestDeliveringAt: null, alertsOpen: [] });
      }),
  };
}

interface Row {
  what: string;
  name: string;
  buyer: string;
  count: number;
  since: string | Date | null;
}

function withRow(counts: StoreCounts, { what, name, buyer, count, since }: Row): StoreCounts {
  switch (what) {
    case 'held':
      return { ...counts, held: [...counts.held, { buyer, destination: name, count }] };
    case 'dead':
      return { ...counts, deadLetters: [...counts.deadLetters, { kind: name, count }] };
    case 'alert':
      return { ...counts, alertsOpen: [...counts.alertsOpen, { buyer, kind: name, count }] };
    case 'delivering':
      return { ...counts, leadsDelivering: count, oldestDeliveringAt: since === null ? null : toIsoTime(since) };
    default:
      return { ...counts, leadsWithoutRoute: count };
  }
}
