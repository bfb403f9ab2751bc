import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { decide } from '../domain/intake-limit/decide.ts';
import type { Database } from './database.ts';
import { sourceLimits } from './schema.ts';
import type { SourceLimitStore } from './store.ts';

/** The database's clock in microseconds, the same throughout a statement: one clock for all processes. */
const DATABASE_CLOCK = sql`(extract(epoch from statement_timestamp()) * 1000000)::bigint`;

const askedSchema = z.object({ rows: z.tuple([z.object({ was_clear_at: z.coerce.number().nullable(), asked_at: z.coerce.number() })]) });

/** Limits of sources in the database: one row a source that has one. `now` is another clock in tests only. */
export function createSourceLimitStore(database: Database, now: () => SQL = () => DATABASE_CLOCK): SourceLimitStore {
  return {
    // Writes by the rule of `decide`, under the row's lock; what it found is decided upon here once more, to answer with.
    take: (source, pace) =>
      database.run('sourceLimits.take', async (session) => {
        const { intervalMicros, burst } = pace;
        const micros = (value: number) => sql`${value}::bigint`;
        const result = await session.execute(sql`
          insert into ${sourceLimits} as known (source, clear_at, was_clear_at, asked_at)
          select ${source}, moment + ${micros(intervalMicros)}, null::bigint, moment from (select ${now()} as moment) clock
          on conflict (source) do update set
            clear_at = case
              when known.clear_at <= excluded.asked_at + ${micros((burst - 1) * intervalMicros)}
                then greatest(known.clear_at, excluded.asked_at) + ${micros(intervalMicros)}
              else least(known.clear_at, excluded.asked_at + ${micros(burst * intervalMicros)}) end,
            was_clear_at = known.clear_at, asked_at = excluded.asked_at
          returning was_clear_at, asked_at`);
        const [{ was_clear_at: wasClearAt, asked_at: askedAt }] = askedSchema.parse(result).rows;
        return decide(wasClearAt, askedAt, pace);
      }),

    giveBack: (source, { intervalMicros }) =>
      database.run('sourceLimits.giveBack', async (session) => {
        await session.execute(sql`update ${sourceLimits} set clear_at = clear_at - ${intervalMicros}::bigint where source = ${source}`);
      }),
  };
}
