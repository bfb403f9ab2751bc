import { and, eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { providerCallbacks } from './schema.ts';
import type { CallbackStore } from './store.ts';

/** Longer than any provider repeats a callback: Svix, which Resend uses, gives up after about a day and a half. */
const KEPT = sql`interval '14 days'`;

/** Which callbacks of providers were taken in. */
export function createCallbackStore(database: Database): CallbackStore {
  return {
    isKnown: (provider, id) =>
      database.run('callbacks.isKnown', async (session) => {
        const rows = await session
          .select({ id: providerCallbacks.id })
          .from(providerCallbacks)
          .where(and(eq(providerCallbacks.provider, provider), eq(providerCallbacks.id, id)));
        return rows.length > 0;
      }),

    note: (provider, id) =>
      database.run('callbacks.note', async (session) => {
        await session.insert(providerCallbacks).values({ provider, id, receivedAt: sql`statement_timestamp()` }).onConflictDoNothing();
        await session.delete(providerCallbacks).where(sql`${providerCallbacks.receivedAt} < statement_timestamp() - ${KEPT}`);
      }),
  };
}
