import { sql, type SQL } from 'drizzle-orm';
import { decide } from '../domain/intake-limit/decide.ts';
import type { Database } from './database.ts';
import { countOneMore, DATABASE_CLOCK, type PacedTable } from './paced-rows.ts';
import { sourceLimits } from './schema.ts';
import type { SourceLimitStore } from './store.ts';

const PACED: PacedTable = { table: sourceLimits, key: sourceLimits.source };

/** Limits of sources in the database: one row a source that has one. `now` is another clock in tests only. */
export function createSourceLimitStore(database: Database, now: () => SQL = () => DATABASE_CLOCK): SourceLimitStore {
  return {
    take: (source, pace) =>
      database.run('sourceLimits.take', async (session) => {
        const { wasClearAt, askedAt } = await countOneMore(session, PACED, source, pace, now());
        return decide(wasClearAt, askedAt, pace);
      }),

    giveBack: (source, { intervalMicros }) =>
      database.run('sourceLimits.giveBack', async (session) => {
        await session.execute(sql`update ${sourceLimits} set clear_at = clear_at - ${intervalMicros}::bigint where source = ${source}`);
      }),
  };
}
