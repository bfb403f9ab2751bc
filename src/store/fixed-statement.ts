import { fillPlaceholders, type SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

/** A statement as the driver takes it. */
export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * A statement whose text is always the same, with `sql.placeholder('name')` where values go. The text is made once: for the long
 * statements that each lead needs, making it cost more of the main thread than sending it.
 */
export class FixedStatement<Name extends string> {
  private readonly make: () => SQL;
  private made: { sql: string; params: unknown[] } | undefined;

  constructor(make: () => SQL) {
    this.make = make;
  }

  with(values: Record<Name, unknown>): Statement {
    this.made ??= new PgDialect().sqlToQuery(this.make());
    return { text: this.made.sql, values: fillPlaceholders(this.made.params, values) };
  }
}
