import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

type Columns = Record<string, PgColumn>;

/** Rows to be written, by the names that the code gives the columns. */
type Rows<Names extends Columns> = { [Name in keyof Names]?: unknown }[];

/**
 * Many rows as one parameter: `json_to_recordset(…) as r(…)`, to be selected from or joined with. One plan whatever their number,
 * where `values ($1, …), ($n, …)` would be another statement for each. Documents travel as text: inside the JSON their own
 * escapes would be read, and some of what a `json` column may hold refused.
 */
export function recordset<Names extends Columns>(columns: Names, rows: Rows<Names>): SQL {
  const entries = Object.entries(columns);
  const json = JSON.stringify(rows.map((row) => Object.fromEntries(entries.map(([name, column]) => [column.name, driverValue(column, row[name])]))));
  const definitions = entries.map(([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(isDocument(column) ? 'text' : column.getSQLType())}`);
  return sql`json_to_recordset(${json}::json) as r(${sql.join(definitions, sql`, `)})`;
}

/** `a, b, c`, as they stand in `insert into … (…)`. */
export function columnNames(columns: Columns): SQL {
  return sql.join(Object.values(columns).map(({ name }) => sql.identifier(name)), sql`, `);
}

/** `r.a, r.b::json, r.c`: the columns' values in a recordset. */
export function columnValues(columns: Columns): SQL {
  return sql.join(Object.values(columns).map(columnValue), sql`, `);
}

/** `a = r.a, b = r.b::json`, for an update from a recordset. */
export function assignments(columns: Columns): SQL {
  return sql.join(Object.values(columns).map((column) => sql`${sql.identifier(column.name)} = ${columnValue(column)}`), sql`, `);
}

function columnValue(column: PgColumn): SQL {
  const value = sql`r.${sql.identifier(column.name)}`;
  return isDocument(column) ? sql`${value}::${sql.raw(column.getSQLType())}` : value;
}

function isDocument({ columnType }: PgColumn): boolean {
  return columnType === 'PgJson' || columnType === 'PgJsonb';
}

function driverValue(column: PgColumn, value: unknown): unknown {
  return value === null || value === undefined ? null : column.mapToDriverValue(value);
}
