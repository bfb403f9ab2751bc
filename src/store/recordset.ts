import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

type Columns = Record<string, PgColumn>;

/** A row to be written, by the names that the code gives the columns. */
type Row<Names extends Columns> = { [Name in keyof Names]?: unknown };

/**
 * Many rows as one parameter: `json_to_recordset(…) as r(…)`, to be selected from or joined with. One plan whatever their number,
 * where `values ($1, …), ($n, …)` would be another statement for each. Documents travel as text: inside the JSON their own
 * escapes would be read, and some of what a `json` column may hold refused. `further` are columns of the recordset alone, with their types.
 * The rows themselves, by `rowsOf`, take the place of the placeholder.
 */
export function recordset(columns: Columns, placeholder: string, further: Record<string, string> = {}): SQL {
  const definitions = [...Object.values(columns).map((column): [string, string] => [column.name, isDocument(column) ? 'text' : column.getSQLType()]), ...Object.entries(further)];
  const typed = definitions.map(([name, type]) => sql`${sql.identifier(name)} ${sql.raw(type)}`);
  return sql`json_to_recordset(${sql.placeholder(placeholder)}::json) as r(${sql.join(typed, sql`, `)})`;
}

/** Rows as a recordset's parameter: of each item the columns' values, and those of the recordset's own columns. */
export function rowsOf<Names extends Columns, Item>(columns: Names, items: readonly Item[], valuesOf: (item: Item) => { row: Row<Names>; further?: Record<string, unknown> }): string {
  const entries = Object.entries(columns);
  const rows = items.map((item) => {
    const { row, further } = valuesOf(item);
    return { ...Object.fromEntries(entries.map(([name, column]) => [column.name, driverValue(column, row[name])])), ...further };
  });
  return JSON.stringify(rows);
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
