import { and, asc, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { sourceKeys } from './schema.ts';
import type { SourceKeyStore } from './store.ts';

/** Intake keys in the database, as hashes: a key itself is never stored. */
export function createSourceKeyStore(database: Database): SourceKeyStore {
  return {
    add: (key) =>
      database.run('sourceKeys.add', async (session) => {
        await session.insert(sourceKeys).values(key);
      }),

    sourceOf: (sha256) =>
      database.run('sourceKeys.sourceOf', async (session) => {
        const [row] = await session.select({ source: sourceKeys.source }).from(sourceKeys).where(eq(sourceKeys.sha256, sha256));
        return row?.source ?? null;
      }),

    list: (source) =>
      database.run('sourceKeys.list', (session) =>
        session
          .select({ id: sourceKeys.id, source: sourceKeys.source, createdAt: sourceKeys.createdAt, prefix: sourceKeys.prefix })
          .from(sourceKeys)
          .where(eq(sourceKeys.source, source))
          .orderBy(asc(sourceKeys.createdAt), asc(sourceKeys.id)),
      ),

    delete: (source, id) =>
      database.run('sourceKeys.delete', async (session) => {
        const rows = await session
          .delete(sourceKeys)
          .where(and(eq(sourceKeys.source, source), eq(sourceKeys.id, id)))
          .returning({ id: sourceKeys.id });
        return rows.length > 0;
      }),
  };
}
