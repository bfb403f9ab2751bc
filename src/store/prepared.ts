import type pg from 'pg';

/** Seen this often, a statement's plan is kept: what comes once in a while is not worth the database's memory. */
const PREPARED_AFTER = 3;
/** Kept plans of one connection. */
const MOST_PREPARED = 200;
/** Texts that are counted; beyond it the count begins anew. */
const MOST_COUNTED = 2_000;

/**
 * Lets a connection prepare the statements that repeat, so that the database parses and plans each once. Statements of one text
 * are one statement: values belong into parameters.
 */
export function prepareWhatRepeats(client: pg.PoolClient): void {
  const names = new StatementNames();
  const query = client.query.bind(client);
  Object.assign(client, { query: (statement: unknown, ...rest: unknown[]): unknown => Reflect.apply(query, client, [named(statement, names), ...rest]) });
}

function named(statement: unknown, names: StatementNames): unknown {
  if (typeof statement !== 'object' || statement === null || !('text' in statement) || typeof statement.text !== 'string' || 'submit' in statement) return statement;
  return { ...statement, name: names.of(statement.text) };
}

/** The names of one connection's prepared statements, by their texts. */
export class StatementNames {
  private readonly names = new Map<string, string>();
  private counts = new Map<string, number>();

  /** Undefined: to be sent unprepared. */
  of(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const count = (this.counts.get(text) ?? 0) + 1;
    if (count < PREPARED_AFTER || this.names.size >= MOST_PREPARED) {
      if (this.counts.size >= MOST_COUNTED) this.counts = new Map();
      this.counts.set(text, count);
      return undefined;
    }
    this.counts.delete(text);
    const name = `leadrail_${this.names.size + 1}`;
    this.names.set(text, name);
    return name;
  }
}
