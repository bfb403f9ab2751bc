import { z } from 'zod';
import type { RowOrder, SheetAddress } from '../rows.ts';
import { columnLetters, inTab } from './addresses.ts';
import type { CallResult, GoogleAccount } from './google-account.ts';
import { rowData } from './layout.ts';
import { ID_COLUMN } from './row-document.ts';
import { numbered, type RowsThere } from './rows-there.ts';
import type { ReadyTab } from './tab.ts';

const METADATA_KEY = 'leadrail';

const valueSchema = z.object({ userEnteredValue: z.object({ stringValue: z.string().optional() }).optional() });
const answerSchema = z.object({
  updatedSpreadsheet: z.object({
    sheets: z.array(z.object({ data: z.array(z.object({ startRow: z.number().default(0), rowData: z.array(z.object({ values: z.array(valueSchema).default([]) })).default([]) })).default([]) })),
  }),
});

/** Rows that are written together or not at all. */
export interface RowBatch {
  address: SheetAddress;
  tab: ReadyTab;
  rows: readonly RowOrder['cells'][];
  /** Chosen by whoever writes, the same each time that this batch is sent, and never for another one. */
  guard: number;
  /** Rows above this one need not be looked at to see where the new ones are. */
  newRowsFrom: number;
  signal: AbortSignal;
}

/**
 * Appends a batch in one request, which Google carries out whole or not at all (Google: "spreadsheets.batchUpdate"). With it goes
 * developer metadata with an id of our own: ids are unique in a spreadsheet, so a second request with the same guard is refused
 * with a 400, rows and all. That makes it safe to send a batch again whose answer was lost, also when the first request is still
 * on its way somewhere and arrives after the second, or is sent late by a process that was given up for lost.
 * The account is `ready`: between the batch's claim and its leaving nothing waits.
 *
 * The value: where the rows stand now, as far as the answer shows it.
 */
export async function appendBatch(account: GoogleAccount, { address, tab, rows, guard, newRowsFrom, signal }: RowBatch): Promise<CallResult<RowsThere>> {
  const { spreadsheetId, sheet } = address;
  const { sheetId, header } = tab;
  const letters = columnLetters(header.indexOf(ID_COLUMN));
  const appended = await account.call(
    (api, options) =>
      api.spreadsheets.batchUpdate(
        {
          spreadsheetId,
          fields: 'updatedSpreadsheet.sheets.data(startRow,rowData.values.userEnteredValue)',
          requestBody: {
            requests: [
              { createDeveloperMetadata: { developerMetadata: { metadataId: guard, metadataKey: METADATA_KEY, location: { spreadsheet: true }, visibility: 'PROJECT' } } },
              { appendCells: { sheetId, rows: rows.map((cells) => rowData(header, cells)), fields: 'userEnteredValue' } },
            ],
            includeSpreadsheetInResponse: true,
            responseIncludeGridData: true,
            responseRanges: [inTab(sheet, `${letters}${newRowsFrom}:${letters}`)],
          },
        },
        options,
      ),
    signal,
    true,
  );
  if (!appended.ok) return appended;
  // A 2xx says that it is done; where the rows stand is only good to know.
  const data = answerSchema.safeParse(appended.value).data?.updatedSpreadsheet.sheets[0]?.data[0];
  return { ok: true, value: numbered((data?.rowData ?? []).map(({ values }) => values[0]?.userEnteredValue?.stringValue), (data?.startRow ?? 0) + 1) };
}

/** Takes guards away that nothing can need any more: a spreadsheet takes 30,000 characters of metadata (Google: "Read and write developer metadata"). */
export async function removeGuards(account: GoogleAccount, { spreadsheetId }: SheetAddress, guards: readonly number[], signal: AbortSignal): Promise<CallResult<unknown>> {
  const requests = guards.map((metadataId) => ({ deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataId } } } }));
  return account.call((api, options) => api.spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests } }, options), signal);
}
