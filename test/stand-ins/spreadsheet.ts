/** A request that Google refuses. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly statusName: string,
    message: string,
  ) {
    super(message);
  }
}

type Value = string | number | boolean;

interface CellData {
  userEnteredValue?: { stringValue?: string; numberValue?: number; boolValue?: boolean };
  userEnteredFormat?: { textFormat?: { bold?: boolean } };
}

interface RowData {
  values: CellData[];
}

/** The requests that it knows (Google: "Method: spreadsheets.batchUpdate"). */
export interface UpdateRequest {
  requests: {
    addSheet?: { properties: { sheetId: number; title: string; gridProperties: { rowCount: number; columnCount: number; frozenRowCount?: number } } };
    updateSheetProperties?: { properties: { sheetId: number; gridProperties: { frozenRowCount: number } }; fields: string };
    appendDimension?: { sheetId: number; dimension: 'COLUMNS' | 'ROWS'; length: number };
    updateCells?: { start: { sheetId: number; rowIndex: number; columnIndex: number }; rows: RowData[]; fields: string };
    appendCells?: { sheetId: number; rows: RowData[]; fields: string };
    createDeveloperMetadata?: { developerMetadata: { metadataId: number; metadataKey: string; metadataValue?: string } };
    deleteDeveloperMetadata?: { dataFilter: { developerMetadataLookup: { metadataId: number } } };
  }[];
  includeSpreadsheetInResponse?: boolean;
  responseRanges?: string[];
}

export interface Tab {
  sheetId: number;
  title: string;
  rowCount: number;
  columnCount: number;
  frozenRowCount: number;
  rows: (Value | undefined)[][];
  bold: Set<string>;
}

const MOST_METADATA_CHARACTERS = 30_000;
const LONGEST_CELL = 50_000;
const MOST_CELLS = 10_000_000;

/** One spreadsheet, as its file is. */
export class Spreadsheet {
  isShared = true;
  tabs: Tab[] = [newTab(0, 'Sheet1', 1_000, 26)];
  metadata = new Map<number, string>();

  /** The values of a tab, row by row; empty cells are `undefined`. */
  rowsOf(title: string): (Value | undefined)[][] {
    return this.tab(title).rows;
  }

  tab(title: string): Tab {
    const tab = this.tabs.find((one) => one.title === title);
    if (!tab) throw new Refusal(400, 'INVALID_ARGUMENT', `Unable to parse range: ${title}`);
    return tab;
  }

  describe(): unknown {
    return { sheets: this.tabs.map(({ sheetId, title, rowCount, columnCount, frozenRowCount }) => ({ properties: { sheetId, title, gridProperties: { rowCount, columnCount, frozenRowCount } } })) };
  }

  /** `Leads!1:1` and `Leads!A:A`, row by row: what is empty at the end of a row is left out. */
  values(range: string): unknown {
    const { tab, from, to } = this.range(range);
    const row = /^(\d+)$/.exec(from)?.[1];
    if (row !== undefined && from === to) return answered(range, [(tab.rows[Number(row) - 1] ?? []).map((value) => value ?? '')]);
    const column = columnIndex(from);
    return answered(range, tab.rows.map((cells) => (cells[column] === undefined ? [] : [cells[column]])));
  }

  /** All requests, or none when one of them is refused. */
  update({ requests, includeSpreadsheetInResponse = false, responseRanges = [] }: UpdateRequest): unknown {
    const before = structuredClone({ tabs: this.tabs, metadata: this.metadata });
    try {
      for (const request of requests) this.carryOut(request);
    } catch (error) {
      Object.assign(this, before);
      throw error;
    }
    return { replies: requests.map(() => ({})), ...(includeSpreadsheetInResponse ? { updatedSpreadsheet: { sheets: responseRanges.map((range) => this.grid(range)) } } : {}) };
  }

  private carryOut(request: UpdateRequest['requests'][number]): void {
    const { addSheet, updateSheetProperties, appendDimension, updateCells, appendCells, createDeveloperMetadata, deleteDeveloperMetadata } = request;
    if (addSheet) {
      const { sheetId, title, gridProperties } = addSheet.properties;
      if (this.tabs.some((tab) => tab.title === title || tab.sheetId === sheetId)) throw invalid(`A sheet with the name "${title}" already exists.`);
      this.tabs.push({ ...newTab(sheetId, title, gridProperties.rowCount, gridProperties.columnCount), frozenRowCount: gridProperties.frozenRowCount ?? 0 });
    } else if (updateSheetProperties) {
      this.byId(updateSheetProperties.properties.sheetId).frozenRowCount = updateSheetProperties.properties.gridProperties.frozenRowCount;
    } else if (appendDimension) {
      const tab = this.byId(appendDimension.sheetId);
      tab[appendDimension.dimension === 'COLUMNS' ? 'columnCount' : 'rowCount'] += appendDimension.length;
    } else if (updateCells) {
      const { sheetId, rowIndex, columnIndex: first } = updateCells.start;
      updateCells.rows.forEach(({ values }, offset) => this.write(this.byId(sheetId), rowIndex + offset, first, values, updateCells.fields));
    } else if (appendCells) {
      const tab = this.byId(appendCells.sheetId);
      for (const { values } of appendCells.rows) {
        const last = tab.rows.findLastIndex((row) => row.some((value) => value !== undefined));
        tab.rowCount = Math.max(tab.rowCount, last + 2);
        this.write(tab, last + 1, 0, values, appendCells.fields);
      }
    } else if (createDeveloperMetadata) {
      const { metadataId, metadataKey, metadataValue = '' } = createDeveloperMetadata.developerMetadata;
      if (this.metadata.has(metadataId)) throw invalid(`Developer metadata with id ${metadataId} already exists.`);
      this.metadata.set(metadataId, metadataKey + metadataValue);
      if ([...this.metadata.values()].join('').length > MOST_METADATA_CHARACTERS) throw invalid('The developer metadata limit was exceeded.');
    } else if (deleteDeveloperMetadata) {
      this.metadata.delete(deleteDeveloperMetadata.dataFilter.developerMetadataLookup.metadataId);
    } else {
      throw invalid('Must specify at least one known request.');
    }
    if (this.tabs.reduce((sum, { rowCount, columnCount }) => sum + rowCount * columnCount, 0) > MOST_CELLS) throw invalid('This action would increase the number of cells above the limit of 10000000 cells.');
  }

  private write(tab: Tab, rowIndex: number, first: number, cells: CellData[], fields: string): void {
    if (first + cells.length > tab.columnCount || rowIndex >= tab.rowCount) throw invalid('Attempting to write past the end of the grid.');
    const row = (tab.rows[rowIndex] ??= []);
    cells.forEach(({ userEnteredValue = {}, userEnteredFormat }, offset) => {
      const { stringValue, numberValue, boolValue } = userEnteredValue;
      if ((stringValue ?? '').length > LONGEST_CELL) throw invalid('Your input contains more than the maximum of 50000 characters in a single cell.');
      if (stringValue === 'refuse this row') throw invalid('as told');
      row[first + offset] = stringValue ?? numberValue ?? boolValue;
      if (fields.includes('bold') && userEnteredFormat?.textFormat?.bold === true) tab.bold.add(`${rowIndex}:${first + offset}`);
    });
  }

  private grid(range: string): unknown {
    const { tab, from } = this.range(range);
    const startRow = Number(/\d+$/.exec(from)?.[0] ?? 1) - 1;
    const column = columnIndex(from.replace(/\d+$/, ''));
    return { data: [{ startRow, rowData: tab.rows.slice(startRow).map((row) => (row[column] === undefined ? {} : { values: [{ userEnteredValue: { stringValue: row[column] } }] })) }] };
  }

  private range(range: string): { tab: Tab; from: string; to: string } {
    const [, quoted, plain = '', from = '', to = ''] = /^(?:'((?:[^']|'')*)'|(\w+))!([A-Z]*\d*):([A-Z]*\d*)$/.exec(range) ?? [];
    return { tab: this.tab(quoted?.replaceAll("''", "'") ?? plain), from, to };
  }

  private byId(sheetId: number): Tab {
    const tab = this.tabs.find((one) => one.sheetId === sheetId);
    if (!tab) throw invalid(`No grid with id: ${sheetId}`);
    return tab;
  }
}

function newTab(sheetId: number, title: string, rowCount: number, columnCount: number): Tab {
  return { sheetId, title, rowCount, columnCount, frozenRowCount: 0, rows: [], bold: new Set() };
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'INVALID_ARGUMENT', message);
}

function answered(range: string, values: Value[][]): unknown {
  return { range, majorDimension: 'ROWS', ...(values.flat().every((value) => value === '') ? {} : { values }) };
}

function columnIndex(letters: string): number {
  return Array.from(letters).reduce((index, letter) => index * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
