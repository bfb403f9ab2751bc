import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { RowOrder, SheetAddress } from '../rows.ts';
import { inTab } from './addresses.ts';
import type { CallResult, GoogleAccount } from './google-account.ts';
import { completeHeader, headerColumns, newTab } from './layout.ts';
import { ID_COLUMN } from './row-document.ts';

const sizeSchema = z.number().default(0).catch(0);
const propertiesSchema = z.object({
  sheets: z.array(z.object({ properties: z.object({ sheetId: z.number().default(0), title: z.string(), gridProperties: z.object({ rowCount: sizeSchema, columnCount: sizeSchema }).default({ rowCount: 0, columnCount: 0 }) }) })).default([]),
});
const valuesSchema = z.object({ values: z.array(z.array(z.unknown())).default([]) });

const LARGEST_SHEET_ID = 2 ** 31 - 1;

/** A tab that is ready for rows. */
export interface ReadyTab {
  sheetId: number;
  /** Names of its columns, from A on. */
  header: string[];
  /** Cells of the whole spreadsheet, of which Google takes ten million; null where nobody has looked this time. */
  cellsOfSpreadsheet: number | null;
}

interface TabOrder {
  address: SheetAddress;
  /** The rows that it has to have columns for. */
  rows: readonly RowOrder['cells'][];
  /** The tab, where it was seen a moment ago. */
  knownSheetId: number | null;
  signal: AbortSignal;
}

/**
 * Makes a tab ready for rows: itself, its header and a column for each name, as far as they are missing. Doing it twice changes
 * nothing, also when the first time arrives late: a tab of the same name is refused, and a header is written over itself.
 */
export async function prepareTab(account: GoogleAccount, order: TabOrder): Promise<CallResult<ReadyTab>> {
  if (order.knownSheetId !== null) {
    const header = await readHeader(account, order);
    if (header.ok && completeHeader(header.value, order.rows).length === header.value.length && header.value.includes(ID_COLUMN)) {
      return { ok: true, value: { sheetId: order.knownSheetId, header: header.value, cellsOfSpreadsheet: null } };
    }
    // Renamed or deleted since, when this is a 400: looked for anew.
    if (!header.ok && header.failure.error.code !== 'rule') return header;
  }
  const { address, rows, signal } = order;
  const { spreadsheetId, sheet } = address;
  const seen = await account.call((api, options) => api.spreadsheets.get({ spreadsheetId, fields: 'sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))' }, options), signal);
  if (!seen.ok) return seen;
  const tabs = propertiesSchema.parse(seen.value).sheets.map(({ properties }) => properties);
  const cellsOfSpreadsheet = tabs.reduce((sum, { gridProperties }) => sum + gridProperties.rowCount * gridProperties.columnCount, 0);
  const tab = tabs.find(({ title }) => title === sheet);
  if (!tab) {
    const header = completeHeader([ID_COLUMN], rows);
    const sheetId = randomInt(1, LARGEST_SHEET_ID);
    const made = await account.call((api, options) => api.spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests: newTab(sheet, header, sheetId) } }, options), signal);
    return made.ok ? { ok: true, value: { sheetId, header, cellsOfSpreadsheet } } : made;
  }
  const there = await readHeader(account, order);
  if (!there.ok) return there;
  const header = completeHeader(there.value, [[[ID_COLUMN, '']], ...rows]);
  const from = there.value.length;
  if (header.length > from) {
    const requests = headerColumns(header, from, { sheetId: tab.sheetId, columnCount: tab.gridProperties.columnCount });
    const written = await account.call((api, options) => api.spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests } }, options), signal);
    if (!written.ok) return written;
  }
  return { ok: true, value: { sheetId: tab.sheetId, header, cellsOfSpreadsheet } };
}

async function readHeader(account: GoogleAccount, { address: { spreadsheetId, sheet }, signal }: TabOrder): Promise<CallResult<string[]>> {
  const read = await account.call((api, options) => api.spreadsheets.values.get({ spreadsheetId, range: inTab(sheet, '1:1') }, options), signal);
  if (!read.ok) return read;
  return { ok: true, value: (valuesSchema.parse(read.value).values[0] ?? []).map((name) => String(name).trim()) };
}
