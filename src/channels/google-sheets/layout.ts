import type { sheets_v4 } from '@googleapis/sheets';
import type { CellValue } from '../rows.ts';

type Request = sheets_v4.Schema$Request;
type Cells = [column: string, value: CellValue][];

/** The header once every row has a column for each of its names: new ones at the end, in the order of the rows. What is there is never moved. */
export function completeHeader(header: readonly string[], rows: readonly Cells[]): string[] {
  return [...header, ...new Set(rows.flatMap((cells) => cells.map(([column]) => column)).filter((column) => !header.includes(column)))];
}

/** A row's cells by the header. Values are literal (`userEnteredValue` of a text is RAW): a text that begins with "=" is no formula. */
export function rowData(header: readonly string[], cells: Cells): sheets_v4.Schema$RowData {
  const values = new Map(cells);
  return { values: header.map((column) => literal(values.get(column))) };
}

/** Makes a tab with its header. The first row stays in sight and is bold, so that a person sees that it is none of the leads. */
export function newTab(title: string, header: readonly string[], sheetId: number): Request[] {
  const columnCount = Math.max(26, header.length);
  return [
    { addSheet: { properties: { sheetId, title, gridProperties: { rowCount: 1_000, columnCount, frozenRowCount: 1 } } } },
    headerCells(sheetId, header, 0),
  ];
}

/** Writes the header's cells from `from` on; the grid grows where it is too narrow. A header that was not there before is frozen. */
export function headerColumns(header: readonly string[], from: number, tab: { sheetId: number; columnCount: number }): Request[] {
  const { sheetId, columnCount } = tab;
  const missing = header.length - columnCount;
  return [
    ...(missing > 0 ? [{ appendDimension: { sheetId, dimension: 'COLUMNS', length: missing } }] : []),
    headerCells(sheetId, header.slice(from), from),
    ...(from === 0 ? [{ updateSheetProperties: { properties: { sheetId, gridProperties: { frozenRowCount: 1 } }, fields: 'gridProperties.frozenRowCount' } }] : []),
  ];
}

function headerCells(sheetId: number, names: readonly string[], columnIndex: number): Request {
  const values = names.map((name) => ({ userEnteredValue: { stringValue: name }, userEnteredFormat: { textFormat: { bold: true } } }));
  return { updateCells: { start: { sheetId, rowIndex: 0, columnIndex }, rows: [{ values }], fields: 'userEnteredValue,userEnteredFormat.textFormat.bold' } };
}

function literal(value: CellValue | undefined): sheets_v4.Schema$CellData {
  if (value === undefined || value === '') return {};
  if (typeof value === 'string') return { userEnteredValue: { stringValue: value } };
  return { userEnteredValue: typeof value === 'number' ? { numberValue: value } : { boolValue: value } };
}
