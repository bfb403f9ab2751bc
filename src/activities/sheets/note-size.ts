import { spreadsheetLink } from '../../channels/google-sheets/addresses.ts';
import type { SheetAddress } from '../../channels/rows.ts';
import type { SheetRow, Store } from '../../store/store.ts';

/** Google: "Files you can store in Google Drive". */
const MOST_CELLS = 10_000_000;
/** From here on somebody should think of a new spreadsheet. */
const NEARLY_FULL = 9_000_000;

/** Raises an alert while a spreadsheet is nearly full: then Google takes no more rows. `cells` null: nobody has looked. */
export async function noteSize({ store, clock }: { store: Pick<Store, 'alerts'>; clock: () => Date }, { buyer, destination }: SheetRow, { spreadsheetId }: SheetAddress, cells: number | null): Promise<void> {
  if (cells === null) return;
  if (cells < NEARLY_FULL) {
    await store.alerts.clear({ buyer, destination, kinds: ['spreadsheet-nearly-full'] }, clock().toISOString());
    return;
  }
  const reason = `The spreadsheet has ${cells} cells, of the ${MOST_CELLS} that Google allows; then it takes no more leads. Move old rows or delete empty columns and tabs, or give the destination another \`spreadsheetId\`: ${spreadsheetLink(spreadsheetId)}`;
  await store.alerts.raise({ kind: 'spreadsheet-nearly-full', buyer, destination, lead: null, reason, raisedAt: clock().toISOString() });
}
