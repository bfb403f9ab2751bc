import { applyMapping } from '../../domain/mapping/apply.ts';
import { valueText } from '../../domain/mapping/value.ts';
import type { FieldValue } from '../../domain/fields/lead.ts';
import type { RenderInput, RenderResult } from '../channel.ts';
import type { CellValue } from '../rows.ts';
import { batchUpdateUrl } from './addresses.ts';
import type { GoogleSheetsConfig } from './config.ts';
import { ID_COLUMN, writeRowDocument } from './row-document.ts';

/** Google: "Files you can store in Google Drive": a cell with more is not taken, and with it none of the rows beside it. */
const LONGEST_CELL = 50_000;

/** A lead as a row: the delivery's id, then a column for each name. Pure. */
export function renderGoogleSheets({ config, lead, deliveryId }: RenderInput<GoogleSheetsConfig>): RenderResult {
  // Names are taken as they are: a dot makes no object.
  const mapped = applyMapping(config.map, lead, { 'delivery.id': deliveryId }, 'form');
  if (!mapped.ok) return mapped;
  const cells = mapped.values.filter(({ to }) => to.trim() !== ID_COLUMN).map(({ to, value }): [string, CellValue] => [to.trim(), cellValue(value)]);
  const tooLong = cells.filter(([, value]) => typeof value === 'string' && value.length > LONGEST_CELL);
  if (tooLong.length > 0) {
    return { ok: false, mistakes: tooLong.map(([to]) => ({ to, message: `"${to}" is longer than the ${LONGEST_CELL} characters that a cell takes; put a truncate into its rule` })) };
  }
  const request = {
    method: 'POST',
    url: batchUpdateUrl(config),
    headers: [['Content-Type', 'application/json']] satisfies [string, string][],
    body: writeRowDocument({ sheet: config.sheet, cells: [[ID_COLUMN, deliveryId], ...cells] }),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/** A list is a text: a cell holds one value. */
function cellValue(value: FieldValue): CellValue {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'boolean' ? value : valueText(value);
}
