import { sql, type SQL } from 'drizzle-orm';
import { customType, type PgColumn } from 'drizzle-orm/pg-core';

/** A time as records carry it: ISO 8601, UTC, milliseconds. The one place where times are converted. */
export function toIsoTime(time: string | Date): string {
  return new Date(time).toISOString();
}

/** `timestamptz(3)`: an ISO string on our side, whatever time zone the server's session has. */
export const instant = customType<{ data: string; driverData: string | Date }>({
  dataType: () => 'timestamptz(3)',
  toDriver: toIsoTime,
  fromDriver: toIsoTime,
});

/**
 * Text as PostgreSQL can hold it: a buyer's answer may contain NUL bytes or broken surrogates, which no text column takes,
 * and an answer that cannot be stored would be an attempt without evidence. They become U+FFFD.
 */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll('\u0000', '\uFFFD'), 'utf8').toString('utf8');
}

/** `text` that takes whatever comes from outside. */
export const foreignText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storableText,
  fromDriver: (value) => value,
});

/** `column = any(…)`: one statement however many values there are, so that the database plans it once. */
export function isAnyOf(column: PgColumn, values: string[]): SQL {
  return sql`${column} = any(${sql.param(values)}::text[])`;
}
