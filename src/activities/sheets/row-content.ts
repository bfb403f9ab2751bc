import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RowOrder } from '../../channels/rows.ts';
import { readServiceAccount } from '../../channels/google-sheets/service-account.ts';
import type { SheetRow } from '../../store/store.ts';

const contentSchema = z.object({
  serviceAccount: z.string(),
  baseUrl: z.string().nullable(),
  spreadsheetId: z.string(),
  timeoutMs: z.number(),
  cells: z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean()])])),
});

/** A row as it waits in the store, sealed: with the credentials that it was handed in with, for they may be another's by the time it is written. */
export type RowContent = z.output<typeof contentSchema>;

export function writeRowContent({ address: { serviceAccount, baseUrl, spreadsheetId }, timeoutMs, cells }: RowOrder): string {
  return JSON.stringify({ serviceAccount, baseUrl, spreadsheetId, timeoutMs, cells } satisfies RowContent);
}

export function readRowContent({ content }: SheetRow): RowContent {
  return contentSchema.parse(JSON.parse(content));
}

/** Account and spreadsheet as a digest: what one workflow writes into. Null where the account's key cannot be read. */
export function sheetDigest({ serviceAccount, baseUrl, spreadsheetId }: RowOrder['address']): string | null {
  const read = readServiceAccount(serviceAccount);
  return read.ok ? digest([baseUrl, read.account.email, spreadsheetId]) : null;
}

/** 128 bits are enough to tell things apart, and fit into a workflow's id. */
export function digest(parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
