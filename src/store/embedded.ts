import { mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { toStoreError } from './connection-loss.ts';
import type { Database } from './database.ts';

/**
 * PostgreSQL in this process (PGlite), in a folder, or in memory for `memory://`. One connection: transactions are serial.
 *
 * How durable a commit is: PGlite's file system on Node writes straight through to the operating system, and
 * `relaxedDurability: false` lets no query return before its files are written, so a commit survives `kill -9` of this process.
 * It does not survive a power cut: PGlite runs PostgreSQL with fsync off, and its fsync would do nothing anyway. Use a
 * PostgreSQL server (`DATABASE_URL`) where that matters.
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  if (!dataDir.includes('://')) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const client = await PGlite.create({ dataDir, relaxedDurability: false });
  letOthersRun(client);
  const session = drizzle(client);
  return {
    async run(operation, work) {
      try {
        return await work(session);
      } catch (error) {
        throw toStoreError(operation, error);
      }
    },
    async transaction(operation, work) {
      try {
        return await session.transaction(work);
      } catch (error) {
        throw toStoreError(operation, error);
      }
    },
    async close() {
      if (!client.closed) await client.close();
    },
  };
}

/** Between two turns for everybody else. */
const LONGEST_RUN_MS = 10;

/**
 * PGlite works in this very thread and its promises resolve without giving the event loop a turn: a queue of queries keeps
 * sockets and heartbeats waiting for seconds. So it pauses for one turn whenever it has worked for a while.
 */
function letOthersRun(client: PGlite): void {
  const execute = client.execProtocolRaw.bind(client);
  let turnAt = performance.now();
  client.execProtocolRaw = async (message, options) => {
    if (performance.now() - turnAt > LONGEST_RUN_MS) {
      await nextTurn();
      turnAt = performance.now();
    }
    return execute(message, options);
  };
}
