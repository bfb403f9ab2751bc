import type { CallFailure } from '../../channels/google-sheets/call-failure.ts';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { SheetRow, Store } from '../../store/store.ts';
import type { AppendResult } from '../contract.ts';

/** What a call that did not go well means for the rows: they wait, or they fail where only a person can mend it. */
export async function hinderOrFail({ sheetRows }: Pick<Store, 'sheetRows'>, sheet: string, rows: SheetRow[], { error }: CallFailure): Promise<AppendResult> {
  if (error.kind !== 'permanent') {
    await sheetRows.hinder(sheet, error);
    return { next: 'hindered', retryAfterMs: error.retryAfterMs ?? 0 };
  }
  // A refused row says nothing of the others; a refused account stops them all.
  const failing = error.code === 'rule' ? rows : await sheetRows.inLine(sheet);
  const standings = await sheetRows.standings(failing.map(({ deliveryId }) => deliveryId));
  const inState = (state: 'waiting' | 'sending') => [...standings].flatMap(([id, standing]) => (standing.state === state ? [id] : []));
  await sheetRows.fail(inState('waiting'), error);
  await sheetRows.fail(inState('sending'), mayBeThere(error));
  return { next: 'more', retryAfterMs: 0 };
}

function mayBeThere(error: DeliveryError): DeliveryError {
  return { ...error, kind: 'unknown', reason: `${error.reason}. The row was sent before, and nobody can look whether it is there; handed in again, it is looked for first.` };
}
