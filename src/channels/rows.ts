import type { DeliveryError } from '../domain/delivery/outcome.ts';

/** What a cell can hold as it is: a text stays a text, whatever it begins with. */
export type CellValue = string | number | boolean;

/** Whose spreadsheet a row goes to, and how. */
export interface SheetAddress {
  /** The service account's key, JSON. */
  serviceAccount: string;
  /** Where API and token calls go instead of to Google. */
  baseUrl: string | null;
  spreadsheetId: string;
  /** Name of the tab. */
  sheet: string;
}

/** One delivery's row. */
export interface RowOrder {
  address: SheetAddress;
  deliveryId: string;
  /** Column by name, in the order in which new columns are made. */
  cells: [column: string, value: CellValue][];
  /** For each call to Google; the row may wait longer for its turn. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** How a row ended. `row`: its number when it was written, null where nobody saw it. */
export type RowEnd = { end: 'written'; row: number | null } | { end: 'error'; error: DeliveryError };

/**
 * Where a channel hands in rows that are written together with others: a provider that counts requests takes a thousand rows in
 * one as gladly as a single one. Whoever hands the same delivery in again gets the end of the row that it has already.
 */
export interface RowQueue {
  append(order: RowOrder): Promise<RowEnd>;
}
