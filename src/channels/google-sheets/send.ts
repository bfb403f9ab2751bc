import type { SendInput, SendResult } from '../channel.ts';
import { inTab, spreadsheetLink } from './addresses.ts';
import type { GoogleSheetsConfig } from './config.ts';
import { readRowDocument } from './row-document.ts';

/**
 * One attempt: hands the row in and waits until it stands in the sheet. What is written, and when, is for whoever keeps the queue:
 * Google allows sixty requests a minute, so rows go together.
 */
export async function sendGoogleSheets({ config, request, deliveryId, rows, signal }: SendInput<GoogleSheetsConfig>): Promise<SendResult> {
  const { sheet, cells } = readRowDocument(request.body);
  const address = { serviceAccount: config.serviceAccount, baseUrl: config.baseUrl ?? null, spreadsheetId: config.spreadsheetId, sheet };
  const end = await rows.append({ address, deliveryId, cells, timeoutMs: config.timeoutMs, signal });
  if (end.end === 'error') return { outcome: end.error };
  return {
    outcome: { outcome: 'success', billable: true, ...(end.row === null ? {} : { recipientId: inTab(sheet, `A${end.row}`) }) },
    captures: { link: spreadsheetLink(config.spreadsheetId) },
  };
}
