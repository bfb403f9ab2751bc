import { sql, type SQL } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Pace } from '../domain/intake-limit/decide.ts';
import type { Session } from './database.ts';

/** The database's clock in microseconds, the same throughout a statement: one clock for all processes. */
export const DATABASE_CLOCK = sql`(extract(epoch from statement_timestamp()) * 1000000)::bigint`;

/** A table of what has been used up of limits: a key, and the columns of `decide`. */
export interface PacedTable {
  table: PgTable;
  key: AnyPgColumn;
}

/** What one more request found: when all before it is worked off, null for nobody before, and the moment. Microseconds since 1970. */
export interface Asked {
  wasClearAt: number | null;
  askedAt: number;
}

const askedSchema = z.object({ rows: z.tuple([z.object({ was_clear_at: z.coerce.number().nullable(), asked_at: z.coerce.number() })]) });

/** Counts one more by the rule of `decide`, under the row's lock; what it found is for the caller to decide upon once more. */
export async function countOneMore(session: Session, { table, key }: PacedTable, keyValue: string, { intervalMicros, burst }: Pace, now: SQL): Promise<Asked> {
  const micros = (value: number) => sql`${value}::bigint`;
  const column = sql.identifier(key.name);
  const result = await session.execute(sql`
    insert into ${table} as known (${column}, clear_at, was_clear_at, asked_at)
    select ${keyValue}, moment + ${micros(intervalMicros)}, null::bigint, moment from (select ${now} as moment) clock
    on conflict (${column}) do update set
      clear_at = case
        when known.clear_at <= excluded.asked_at + ${micros((burst - 1) * intervalMicros)}
          then greatest(known.clear_at, excluded.asked_at) + ${micros(intervalMicros)}
        else least(known.clear_at, excluded.asked_at + ${micros(burst * intervalMicros)}) end,
      was_clear_at = known.clear_at, asked_at = excluded.asked_at
    returning was_clear_at, asked_at`);
  const [{ was_clear_at: wasClearAt, asked_at: askedAt }] = askedSchema.parse(result).rows;
  return { wasClearAt, askedAt };
}
