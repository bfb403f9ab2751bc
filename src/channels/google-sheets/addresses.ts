/** Where the API is (Google: "Google Sheets API", service endpoint). */
const GOOGLE_SHEETS = 'https://sheets.googleapis.com';

/** The call that writes rows. */
export function batchUpdateUrl({ baseUrl, spreadsheetId }: { baseUrl?: string | undefined; spreadsheetId: string }): string {
  return `${baseUrl ?? GOOGLE_SHEETS}/v4/spreadsheets/${spreadsheetId}:batchUpdate`;
}

/** The address that a call of Google's client really goes to: with `baseUrl` those to the API and those for tokens (`{baseUrl}/token`). */
export function redirected(url: string, baseUrl: string | null): string {
  if (baseUrl === null) return url;
  if (url.startsWith(`${GOOGLE_SHEETS}/`)) return baseUrl + url.slice(GOOGLE_SHEETS.length);
  return new URL(url).pathname.endsWith('/token') ? `${baseUrl}/token` : url;
}

/** Where a person opens a spreadsheet. */
export function spreadsheetLink(spreadsheetId: string): string {
  return `https://docs.google.com/spreadsheets/d/${spreadsheetId}`;
}

/** A cell or range of a tab in A1 notation: quoted only where the name needs it, for people read it too (Google: "Google Sheets API overview", cell). */
export function inTab(sheet: string, cells: string): string {
  return `${/^[A-Za-z_]+$/.test(sheet) ? sheet : `'${sheet.replaceAll("'", "''")}'`}!${cells}`;
}

/** `A`, `B` … `Z`, `AA`: the letters of a column, counted from 0. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}
