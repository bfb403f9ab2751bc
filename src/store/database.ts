import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Statement } from './fixed-statement.ts';

/** Where queries are made: on the database itself or inside one transaction. */
export type Session = PgDatabase<PgQueryResultHKT> & {
  /** Sends a statement as it is, and gives the rows as the driver reads them. */
  send(statement: Statement): Promise<unknown[]>;
};

/** A database, embedded or PostgreSQL. `operation` names the call in errors, e.g. `leads.accept`. */
export interface Database {
  /** One or more statements, each for itself. Rejects with `StoreUnavailable` when the connection is lost. */
  run<T>(operation: string, work: (session: Session) => Promise<T>): Promise<T>;
  /** All or nothing. `work` uses only the session it is given. */
  transaction<T>(operation: string, work: (session: Session) => Promise<T>): Promise<T>;
  /** Frees dead rows where no server does it by itself; gives the tables. */
  vacuum(): Promise<string[]>;
  close(): Promise<void>;
}
