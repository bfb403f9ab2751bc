import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { readCursor, toPage } from './cursor.ts';
import type { Database, Session } from './database.ts';
import { alerts } from './schema.ts';
import type { AlertStore } from './store.ts';

/** Alerts in the database. A unique index keeps one raised alert of a kind at a time. */
export function createAlertStore(database: Database): AlertStore {
  return {
    raise: (alert) => database.run('alerts.raise', (session) => raiseAlert(session, alert)),

    clear: (match, clearedAt) => database.run('alerts.clear', (session) => clearAlerts(session, match, clearedAt)),

    list: (limit, cursor) =>
      database.run('alerts.list', async (session) => {
        const position = readCursor(cursor);
        const rows = await session
          .select()
          .from(alerts)
          .where(position ? sql`(${alerts.raisedAt}, ${alerts.id}) < (${position.time}::timestamptz, ${position.id})` : undefined)
          .orderBy(desc(alerts.raisedAt), desc(alerts.id))
          .limit(limit + 1);
        return toPage(rows, limit, (row) => row, (row) => ({ time: row.raisedAt, id: row.id }));
      }),
  };
}

/** As `AlertStore.raise`, within a transaction. */
export async function raiseAlert(session: Session, alert: Parameters<AlertStore['raise']>[0]): Promise<void> {
  await session
    .insert(alerts)
    .values({ ...alert, id: uuidv7() })
    .onConflictDoNothing();
}

/** As `AlertStore.clear`, within a transaction. */
export async function clearAlerts(session: Session, { buyer, destination, kinds }: Parameters<AlertStore['clear']>[0], clearedAt: string): Promise<void> {
  if (kinds.length === 0) return;
  const ofDestination = destination === null ? isNull(alerts.destination) : eq(alerts.destination, destination);
  await session
    .update(alerts)
    .set({ clearedAt })
    .where(and(eq(alerts.buyer, buyer), ofDestination, inArray(alerts.kind, kinds), isNull(alerts.clearedAt)));
}
