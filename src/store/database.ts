import { sql, type SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** Where queries are made: on the database itself or inside one transaction. */
export type Session = PgDatabase<PgQueryResultHKT>;

/** A database, embedded or PostgreSQL. `operation` names the call in errors, e.g. `leads.accept`. */
export interface Database {
  /** One or more statements, each for itself. Rejects with `StoreUnavailable` when the connection is lost. */
  run<T>(operation: string, work: (session: Session) => Promise<T>): Promise<T>;
  /** All or nothing. `work` uses only the session it is given. */
  transaction<T>(operation: string, work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Carries out several writes in one statement (all but the last as `with` parts), which saves round trips. They see the same
 * snapshot, so no two may touch the same row.
 */
export async function writeTogether(session: Session, writes: SQL[]): Promise<void> {
  const last = writes.at(-1);
  if (!last) return;
  const parts = writes.slice(0, -1).map((write, index) => sql`${sql.identifier(`write_${index}`)} as (${write})`);
  await session.execute(parts.length > 0 ? sql`with ${sql.join(parts, sql`, `)} ${last}` : last);
}
