import { randomInt } from 'node:crypto';
import { appendBatch, removeGuards } from '../../channels/google-sheets/append-rows.ts';
import type { CallFailure } from '../../channels/google-sheets/call-failure.ts';
import type { GoogleAccount } from '../../channels/google-sheets/google-account.ts';
import { readRowsThere, type RowsThere } from '../../channels/google-sheets/rows-there.ts';
import { prepareTab, type ReadyTab } from '../../channels/google-sheets/tab.ts';
import type { SheetAddress } from '../../channels/rows.ts';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { SheetBatch, SheetRow, Store } from '../../store/store.ts';
import type { AppendResult } from '../contract.ts';
import type { Accounts } from './accounts.ts';
import { hinderOrFail } from './hindered.ts';
import { noteSize } from './note-size.ts';
import { readRowContent } from './row-content.ts';
import type { KnownTabs } from './known-tabs.ts';

const MOST_TOGETHER = 500;
/** Ids of metadata are positive 32-bit numbers. */
const LARGEST_GUARD = 2 ** 31 - 1;
/** Guards go away by the score: one request for many batches. */
const GUARDS_TOGETHER = 20;
/** A request that was given up for lost has arrived by then, or never will: Google itself ends one after three minutes. */
const GUARD_NEEDED_FOR_MS = 3_600_000;

const NOT_THERE: DeliveryError = {
  outcome: 'error',
  kind: 'unknown',
  code: 'unreadable-answer',
  reason: 'The row was said to be written and is not in the sheet; check `baseUrl`, and whether something deletes new rows. The next attempt looks for it first.',
};
const MORE: AppendResult = { next: 'more', retryAfterMs: 0 };
const REST: AppendResult = { next: 'rest', retryAfterMs: 0 };

export interface AppendDependencies {
  store: Pick<Store, 'sheetRows' | 'alerts'>;
  accounts: Accounts;
  tabs: KnownTabs;
  clock: () => Date;
}

/** One round: where to, with which account, and the tab as it is found. */
interface Round {
  dependencies: AppendDependencies;
  sheet: string;
  account: GoogleAccount;
  address: SheetAddress;
  tab: ReadyTab;
  signal: AbortSignal;
}

/**
 * Writes the next rows of a spreadsheet in one request. Each delivery gets exactly one row:
 * - A batch and its guard are in the store before the request leaves. While nobody knows what became of it, its rows go with no other
 *   batch, and only with this guard, of which Google takes one request (`appendBatch`): so sending it again cannot write them twice,
 *   nor can the first request when it arrives late, nor a process that was given up for lost and goes on.
 * - Before it is sent again the column of ids is read: rows that are there were written, all of the batch, for a request is atomic.
 * - It is freed, its rows going with a new guard, only when each of its requests was refused, or never left.
 */
export async function appendRows(dependencies: AppendDependencies, sheet: string, signal: AbortSignal): Promise<AppendResult> {
  const { store, accounts, tabs } = dependencies;
  const open = await store.sheetRows.open(sheet);
  const rows = open?.rows ?? (await store.sheetRows.next(sheet, MOST_TOGETHER));
  const newest = rows.at(-1);
  if (!newest) return REST;
  const { serviceAccount, baseUrl, spreadsheetId, ...content } = readRowContent(newest);
  const account = accounts.of({ serviceAccount, baseUrl, spreadsheetId, ...content });
  if (!account) throw new Error('the key of a service account was readable when the row was handed in, and is not now');
  const address = { serviceAccount, baseUrl, spreadsheetId, sheet: newest.tab };
  const ready = await prepareTab(account, { address, rows: rows.map((row) => readRowContent(row).cells), knownSheetId: tabs.find(sheet, newest.tab), signal });
  if (!ready.ok) {
    tabs.forget(sheet);
    return hinderOrFail(store, sheet, rows, ready.failure);
  }
  tabs.note(sheet, newest.tab, ready.value);
  await noteSize(dependencies, newest, address, ready.value.cellsOfSpreadsheet);
  const round: Round = { dependencies, sheet, account, address, tab: ready.value, signal };
  return open ? goOn(round, open) : begin(round, rows);
}

async function begin(round: Round, rows: SheetRow[]): Promise<AppendResult> {
  const { store } = round.dependencies;
  const inTheWay = await round.account.ready(round.signal);
  if (inTheWay) return hinderOrFail(store, round.sheet, rows, inTheWay);
  const batch = await store.sheetRows.claim(round.sheet, rows.map(({ deliveryId }) => deliveryId), randomInt(1, LARGEST_GUARD));
  return batch ? send(round, batch) : MORE;
}

/** Goes on with a batch of which nobody knows whether it is written. */
async function goOn(round: Round, batch: SheetBatch): Promise<AppendResult> {
  const { sheetRows } = round.dependencies.store;
  const there = await settleIfThere(round, batch);
  if (there !== 'not-there') return there;
  if (batch.isSpent) {
    await sheetRows.free(round.sheet, batch.guard, { requests: null });
    return MORE;
  }
  const inTheWay = await round.account.ready(round.signal);
  if (inTheWay) return hinderOrFail(round.dependencies.store, round.sheet, batch.rows, inTheWay);
  const requests = await sheetRows.resend(round.sheet, batch.guard);
  return requests === null ? MORE : send(round, { ...batch, requests });
}

async function send(round: Round, batch: SheetBatch): Promise<AppendResult> {
  const { dependencies, sheet, account, address, tab, signal } = round;
  const { store } = dependencies;
  const newRowsFrom = (await store.sheetRows.lastRow(sheet, address.sheet)) + 1;
  const appended = await appendBatch(account, { address, tab, rows: batch.rows.map((row) => readRowContent(row).cells), guard: batch.guard, newRowsFrom, signal });
  if (appended.ok) return confirm(round, batch, appended.value);
  const { failure } = appended;
  if (failure.mayHaveHappened) return hinderOrFail(store, sheet, batch.rows, failure);
  if (failure.error.code === 'rule') return refused(round, batch, failure);
  // Turned away before it was looked at: a single request that did not count leaves the rows free.
  if (batch.requests === 1) await store.sheetRows.free(sheet, batch.guard, { requests: 1 });
  return hinderOrFail(store, sheet, batch.rows, failure);
}

/** A row is written when it was seen in the sheet: where the answer shows none, such as one from a gateway in between, the sheet is read. */
async function confirm(round: Round, batch: SheetBatch, shown: RowsThere): Promise<AppendResult> {
  const { sheet, dependencies } = round;
  const { sheetRows } = dependencies.store;
  const ids = batch.rows.map(({ deliveryId }) => deliveryId);
  if (!ids.some((id) => shown.has(id))) {
    const there = await settleIfThere(round, batch);
    if (there === 'not-there') await sheetRows.fail(ids, NOT_THERE);
    return there === 'not-there' ? MORE : there;
  }
  await sheetRows.settle(sheet, batch.guard, shown);
  await tidyUp(round);
  return MORE;
}

/** A 400: the guard was used before, so the batch is there; or Google does not take one of its rows, which is looked for by halves. */
async function refused(round: Round, batch: SheetBatch, failure: CallFailure): Promise<AppendResult> {
  const { sheet, dependencies } = round;
  dependencies.tabs.forget(sheet);
  const there = await settleIfThere(round, batch);
  if (there !== 'not-there') return there;
  // What Google refuses now it refused before, or would: no request of this batch writes any more.
  const isFreed = await dependencies.store.sheetRows.free(sheet, batch.guard, { requests: batch.requests, most: Math.max(1, Math.ceil(batch.rows.length / 2)) });
  if (isFreed && batch.rows.length === 1) return hinderOrFail(dependencies.store, sheet, batch.rows, failure);
  return MORE;
}

/** Settles a batch if the sheet has any of its rows: then it has been written, and what is missing of it was deleted since. */
async function settleIfThere({ dependencies: { store }, sheet, account, address, tab, signal }: Round, batch: SheetBatch): Promise<AppendResult | 'not-there'> {
  const there = await readRowsThere(account, address, tab.header, signal);
  if (!there.ok) return hinderOrFail(store, sheet, batch.rows, there.failure);
  const found = new Map(batch.rows.flatMap(({ deliveryId }) => {
    const row = there.value.get(deliveryId);
    return row === undefined ? [] : [[deliveryId, row] as const];
  }));
  if (found.size === 0) return 'not-there';
  await store.sheetRows.settle(sheet, batch.guard, found);
  return MORE;
}

/** Takes away guards that nothing needs any more. What Google makes of it changes nothing for the rows. */
async function tidyUp({ dependencies: { store }, sheet, account, address, signal }: Round): Promise<void> {
  const spent = await store.sheetRows.spentGuards(sheet, GUARD_NEEDED_FOR_MS, GUARDS_TOGETHER);
  if (spent.length < GUARDS_TOGETHER) return;
  const removed = await removeGuards(account, address, spent, signal);
  if (removed.ok || removed.failure.error.kind === 'permanent') await store.sheetRows.forgetGuards(sheet, spent);
}
