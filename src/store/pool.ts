import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { isConnectionLoss, toStoreError } from './connection-loss.ts';
import type { Database, Session } from './database.ts';
import type { Statement } from './fixed-statement.ts';
import { prepareWhatRepeats } from './prepared.ts';

/** A database behind a pool of connections; `close` comes after they have ended. Connects when first used, and anew after the server was away. */
export function poolDatabase(config: pg.PoolConfig, close: () => Promise<void> = () => Promise.resolve()): Omit<Database, 'vacuum'> {
  const pool = new pg.Pool(config);
  // Without a listener a connection that ends, idle or in use, would end the process. The pool drops it; whoever uses it next
  // gets a new one or `StoreUnavailable`, so nothing is left to do here.
  const letPoolDropIt = () => undefined;
  pool.on('error', letPoolDropIt);
  pool.on('connect', (client) => {
    client.on('error', letPoolDropIt);
    prepareWhatRepeats(client);
  });
  const session = sessionOver(pool);

  return {
    async run(operation, work) {
      try {
        return await work(session);
      } catch (error) {
        throw toStoreError(operation, error);
      }
    },
    // By hand rather than by drizzle, whose transaction never gives a connection back when `begin` itself fails.
    async transaction(operation, work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw toStoreError(operation, error);
      });
      let isBroken = false;
      try {
        await client.query('begin');
        const result = await work(sessionOver(client));
        await client.query('commit');
        return result;
      } catch (error) {
        // A connection whose rollback fails is in no state to be used again; ending it makes the server roll back.
        isBroken = isConnectionLoss(error) || (await client.query('rollback').then(() => false, () => true));
        throw toStoreError(operation, error);
      } finally {
        client.release(isBroken);
      }
    },
    async close() {
      if (!pool.ended) await pool.end();
      await close();
    },
  };
}

function sessionOver(connection: pg.Pool | pg.PoolClient): Session {
  return Object.assign(drizzle(connection), {
    send: async ({ text, values }: Statement): Promise<unknown[]> => (await connection.query<Record<string, unknown>>({ text, values })).rows,
  });
}
