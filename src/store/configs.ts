import { desc, eq, getTableColumns, isNotNull, sql } from 'drizzle-orm';
import { readCursor, toPage } from './cursor.ts';
import type { Database } from './database.ts';
import { configVersions } from './schema.ts';
import type { ConfigStore } from './store.ts';

const { version, appliedAt, origin, fileSha256 } = getTableColumns(configVersions);
const summaryColumns = { version, appliedAt, origin, fileSha256 };

/** Versions of the configuration in the database: added, never changed. */
export function createConfigStore(database: Database): ConfigStore {
  return {
    latest: () =>
      database.run('configs.latest', async (session) => {
        const [row] = await session.select().from(configVersions).orderBy(desc(configVersions.version)).limit(1);
        return row ?? null;
      }),

    get: (number) =>
      database.run('configs.get', async (session) => {
        const [row] = await session.select().from(configVersions).where(eq(configVersions.version, number));
        return row ?? null;
      }),

    // The primary key decides between two writers; the look before it refuses a version that would leave a gap.
    add: (record, expectedLatest) =>
      database.run('configs.add', async (session) => {
        const [known] = await session.select({ latest: sql<number>`coalesce(max(${configVersions.version}), 0)::integer` }).from(configVersions);
        if ((known?.latest ?? 0) !== expectedLatest) return null;
        const [row] = await session
          .insert(configVersions)
          .values({ ...record, version: expectedLatest + 1 })
          .onConflictDoNothing()
          .returning();
        return row ?? null;
      }),

    versions: (limit, cursor) =>
      database.run('configs.versions', async (session) => {
        const position = readCursor(cursor);
        const rows = await session
          .select(summaryColumns)
          .from(configVersions)
          .where(position ? sql`${configVersions.version} < ${Number(position.id)}` : undefined)
          .orderBy(desc(configVersions.version))
          .limit(limit + 1);
        return toPage(rows, limit, (row) => row, (row) => ({ time: row.appliedAt, id: String(row.version) }));
      }),

    lastFileSha256: () =>
      database.run('configs.lastFileSha256', async (session) => {
        const [row] = await session
          .select({ fileSha256: configVersions.fileSha256 })
          .from(configVersions)
          .where(isNotNull(configVersions.fileSha256))
          .orderBy(desc(configVersions.version))
          .limit(1);
        return row?.fileSha256 ?? null;
      }),
  };
}
