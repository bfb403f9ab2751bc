import type { Database } from './database.ts';
import { poolDatabase } from './pool.ts';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** A transaction of ours takes milliseconds. One whose process is cut off holds its locks no longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** A PostgreSQL server. It is durable as the server is (`synchronous_commit` on, the default). */
export function openPostgres(url: string): Database {
  const pool = poolDatabase({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'leadrail',
  });
  return { ...pool, vacuum: () => Promise.resolve([]) };
}
