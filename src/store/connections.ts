import { and, eq, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import type { Encryption } from './encryption.ts';
import { connections } from './schema.ts';
import type { ConnectionStore } from './store.ts';
import { openConnection, sealConnection } from './token-seal.ts';

const NOW = sql`statement_timestamp()`;

/** Accounts about to be connected, each found by the hash of its state only, once, and in its time. */
export function createConnectionStore(database: Database, encryption: Encryption): ConnectionStore {
  return {
    begin: (stateSha256, pending, forMs) =>
      database.run('connections.begin', async (session) => {
        await session.delete(connections).where(sql`${connections.expiresAt} <= ${NOW}`);
        const { buyer, destination } = pending;
        const sealed = sealConnection(encryption, stateSha256, pending);
        const rows = await session
          .insert(connections)
          .values({ stateSha256, buyer, destination, sealed, expiresAt: sql`${NOW} + ${forMs}::double precision * interval '1 millisecond'` })
          .returning({ expiresAt: connections.expiresAt });
        const [row] = rows;
        if (!row) throw new Error('a connection that was begun has no row');
        return row.expiresAt;
      }),

    take: (stateSha256) =>
      database.run('connections.take', async (session) => {
        const [row] = await session
          .delete(connections)
          .where(and(eq(connections.stateSha256, stateSha256), sql`${connections.expiresAt} > ${NOW}`))
          .returning({ sealed: connections.sealed });
        return row ? openConnection(encryption, stateSha256, row.sealed) : null;
      }),
  };
}
