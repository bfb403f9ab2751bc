import type { ReadyTab } from '../../channels/google-sheets/tab.ts';

/** As long as a tab's number is taken for granted, and nobody looks how full the spreadsheet is. */
const KNOWN_FOR_MS = 60_000;

/** Tabs that were seen a moment ago: each spares a call. */
export class KnownTabs {
  private readonly tabs = new Map<string, { tab: string; sheetId: number; untilMs: number }>();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  find(sheet: string, tab: string): number | null {
    const known = this.tabs.get(sheet);
    if (!known || known.tab !== tab) return null;
    if (known.untilMs > this.nowMs()) return known.sheetId;
    this.tabs.delete(sheet);
    return null;
  }

  note(sheet: string, tab: string, { sheetId, cellsOfSpreadsheet }: ReadyTab): void {
    if (cellsOfSpreadsheet !== null) this.tabs.set(sheet, { tab, sheetId, untilMs: this.nowMs() + KNOWN_FOR_MS });
  }

  forget(sheet: string): void {
    this.tabs.delete(sheet);
  }
}
