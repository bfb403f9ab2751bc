import { z } from 'zod';
import type { SheetAddress } from '../rows.ts';
import { columnLetters, inTab } from './addresses.ts';
import type { CallResult, GoogleAccount } from './google-account.ts';
import { ID_COLUMN } from './row-document.ts';

const columnSchema = z.object({ values: z.array(z.array(z.unknown())).default([]) });

/** Numbers of the rows that a tab has, by delivery id; the first where somebody has copied a row. */
export type RowsThere = ReadonlyMap<string, number>;

/** Reads which deliveries stand in a tab: asked after an answer was lost, before anything is written again. */
export async function readRowsThere(account: GoogleAccount, { spreadsheetId, sheet }: SheetAddress, header: readonly string[], signal: AbortSignal): Promise<CallResult<RowsThere>> {
  const letters = columnLetters(header.indexOf(ID_COLUMN));
  const read = await account.call((api, options) => api.spreadsheets.values.get({ spreadsheetId, range: inTab(sheet, `${letters}:${letters}`) }, options), signal);
  if (!read.ok) return read;
  return { ok: true, value: numbered(columnSchema.parse(read.value).values.map(([id]) => id), 1) };
}

/** Ids of a column by their row. */
export function numbered(ids: readonly unknown[], firstRow: number): RowsThere {
  const rows = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    if (typeof id === 'string' && id !== '' && !rows.has(id)) rows.set(id, firstRow + index);
  }
  return rows;
}
