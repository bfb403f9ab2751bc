import { sql } from 'drizzle-orm';
import { lineOf, reserve } from '../domain/credential-limit/reserve.ts';
import type { Database } from './database.ts';
import { countOneMore, DATABASE_CLOCK, type PacedTable } from './paced-rows.ts';
import { credentialLimits } from './schema.ts';
import type { CredentialLimitStore } from './store.ts';

const PACED: PacedTable = { table: credentialLimits, key: credentialLimits.digest };

/** Limits of credentials in the database: one row for each that has one, shared by all workers. */
export function createCredentialLimitStore(database: Database): CredentialLimitStore {
  return {
    reserve: (digest, pace, aheadMicros) =>
      database.run('credentialLimits.reserve', async (session) => {
        const { wasClearAt, askedAt } = await countOneMore(session, PACED, digest, lineOf(pace, aheadMicros), DATABASE_CLOCK);
        return reserve(wasClearAt, askedAt, pace, aheadMicros);
      }),

    rest: (digest, restMicros) =>
      database.run('credentialLimits.rest', async (session) => {
        await session.execute(sql`
          insert into ${credentialLimits} as known (digest, clear_at, asked_at)
          select ${digest}, moment + ${restMicros}::bigint, moment from (select ${DATABASE_CLOCK} as moment) clock
          on conflict (digest) do update set clear_at = greatest(known.clear_at, excluded.clear_at)`);
      }),
  };
}
