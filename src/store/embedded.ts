import { mkdir } from 'node:fs/promises';
import type { Database } from './database.ts';
import { PgliteStream } from './pglite-stream.ts';
import { PgliteThread } from './pglite-thread.ts';
import { poolDatabase } from './pool.ts';
import { vacuumWhatIsDue } from './vacuum.ts';

/**
 * PostgreSQL in a thread of this process (PGlite), in a folder, or in memory for `memory://`. One connection: transactions are serial.
 *
 * How durable a commit is: PGlite's file system on Node writes straight through to the operating system, and
 * `relaxedDurability: false` lets no query return before its files are written, so a commit survives `kill -9` of this process.
 * It does not survive a power cut: PGlite runs PostgreSQL with fsync off, and its fsync would do nothing anyway. Use a
 * PostgreSQL server (`DATABASE_URL`) where that matters.
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  if (!dataDir.includes('://')) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const database = await PgliteThread.open(dataDir);
  const oneForever = { max: 1, idleTimeoutMillis: 0 };
  const pool = poolDatabase({ ...oneForever, stream: () => new PgliteStream(database) }, () => database.close());
  return { ...pool, vacuum: () => pool.run('vacuum', vacuumWhatIsDue) };
}
