import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { CellValue, RowEnd } from '../../channels/rows.ts';
import { createHttpClient } from '../../egress/undici-http-client.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import { newLead, planned, planOf, testDatabases, type Opened } from '../../store/testing.ts';
import { GoogleSheetsStandIn, type Spreadsheet } from '../../../test/stand-ins/google-sheets.ts';
import { Accounts } from './accounts.ts';
import { appendRows, type AppendDependencies } from './append-rows.ts';
import { KnownTabs } from './known-tabs.ts';
import { sheetDigest, writeRowContent } from './row-content.ts';
import { RowLine } from './row-line.ts';

const [embedded] = testDatabases(process.env['TEST_DATABASE_URL']);
let opened: Opened;
let http: HttpClient;
let google: GoogleSheetsStandIn;
let spreadsheet: Spreadsheet;
let dependencies: AppendDependencies;
let sheet: string;

beforeAll(async () => {
  if (!embedded) throw new Error('there is a database for tests');
  opened = await embedded.open();
});
afterAll(() => opened.close());
beforeEach(async () => {
  http = createHttpClient({ allowedNetworks: ['127.0.0.0/8'] });
  google = await GoogleSheetsStandIn.start('sheet-1');
  const only = google.spreadsheets.get('sheet-1');
  if (!only) throw new Error('the stand-in has the spreadsheet');
  spreadsheet = only;
  sheet = sheetDigest(address()) ?? '';
  dependencies = worker();
});
afterEach(async () => {
  await google.stop();
  await http.close();
});

/** What one worker process has in its memory. */
function worker(): AppendDependencies {
  const clock = () => new Date();
  const accounts = new Accounts({ http, credentialLimits: { reserve: () => Promise.resolve({ granted: true, waitMicros: 0 }) }, clock, pause: () => Promise.resolve() });
  return { store: opened.store, accounts, tabs: new KnownTabs(() => performance.now()), clock };
}

const address = (change: object = {}) => ({ serviceAccount: GoogleSheetsStandIn.KEY, baseUrl: google.baseUrl, spreadsheetId: 'sheet-1', sheet: 'Leads', ...change });
const round = (by = dependencies) => appendRows(by, sheet, new AbortController().signal);

async function newDelivery(): Promise<string> {
  const delivery = planned('acme/sheet');
  await opened.store.leads.accept(newLead(planOf([delivery])));
  return delivery.id;
}

async function add(...rows: object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const row of rows) {
    const deliveryId = await newDelivery();
    await addAgain(deliveryId, row);
    ids.push(deliveryId);
  }
  return ids;
}

async function addAgain(deliveryId: string, row: object, change: object = {}) {
  const cells = Object.entries<CellValue>({ 'Delivery ID': deliveryId, ...row });
  const order = { address: address(change), deliveryId, cells, timeoutMs: 2_000, signal: new AbortController().signal };
  return opened.store.sheetRows.add({ deliveryId, buyer: 'acme', destination: 'sheet', sheet, tab: order.address.sheet, content: writeRowContent(order) });
}

const standing = async (id: string | undefined) => (await opened.store.sheetRows.standings([id ?? ''])).get(id ?? '');
const names = () => spreadsheet.rowsOf('Leads').slice(1).map((row) => row[1]);

async function untilRest(by = dependencies): Promise<void> {
  for (let rounds = 0; (await round(by)).next !== 'rest'; rounds += 1) if (rounds > 50) throw new Error('there is no end to it');
}

describe('rows for a spreadsheet', () => {
  it('go together under a bold and frozen header; new columns come at the end, values stay as they are', async () => {
    const [first] = await add({ name: '=1+1', number: 5 }, { name: 'Zoë "Z"', ok: true });
    await untilRest();
    const tab = spreadsheet.tab('Leads');
    expect(tab.rows[0]).toEqual(['Delivery ID', 'name', 'number', 'ok']);
    expect([tab.frozenRowCount, [...tab.bold]]).toEqual([1, ['0:0', '0:1', '0:2', '0:3']]);
    expect(names()).toEqual(['=1+1', 'Zoë "Z"']);
    expect(await standing(first)).toEqual({ state: 'written', row: 2 });
    // A person puts a column in front, and writes on below.
    for (const row of tab.rows) row.unshift('mine');
    tab.rows.push(['a note']);
    const wide = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`field ${number}`, number]));
    const [third] = await add({ ...wide, name: 'third' });
    await untilRest(worker());
    expect(tab.rows[0]?.slice(0, 6)).toEqual(['mine', 'Delivery ID', 'name', 'number', 'ok', 'field 0']);
    expect(tab.rows[4]?.slice(0, 6)).toEqual([undefined, third, 'third', undefined, undefined, 0]);
    expect(await standing(third)).toEqual({ state: 'written', row: 5 });
    expect(google.calls.filter(({ appends }) => appends > 0)).toHaveLength(2);
  });

  it('gets a header into a tab that is empty, and takes only what is missing to one that has some', async () => {
    spreadsheet.update({ requests: [{ addSheet: { properties: { sheetId: 7, title: 'Leads', gridProperties: { rowCount: 10, columnCount: 2 } } } }] });
    await add({ name: 'a', b: 'b', c: 'c' });
    await untilRest();
    expect(spreadsheet.tab('Leads')).toMatchObject({ frozenRowCount: 1, columnCount: 4, rows: [['Delivery ID', 'name', 'b', 'c'], [expect.any(String), 'a', 'b', 'c']] });
  });

  it.each(['cut', 'lose', 'hang'] as const)('are there once, whatever becomes of the request: %s', async (fault) => {
    google.fails(({ appends }, number) => (appends > 0 && number <= 3 ? fault : undefined));
    await add({ name: 'a' }, { name: 'b' });
    expect(await round()).toMatchObject({ next: 'hindered' });
    await add({ name: 'c' });
    // Another process goes on where this one was lost.
    await untilRest(worker()).catch(() => untilRest(worker()));
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('are there once although the lost request arrives after it was sent again', async () => {
    google.fails(({ appends }, number) => (appends > 0 && number === 2 ? 'late' : undefined));
    await add({ name: 'a' }, { name: 'b' });
    expect(await round()).toMatchObject({ next: 'hindered' });
    await add({ name: 'c' });
    await untilRest();
    google.letGo();
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('are there once although the lost request arrives between the look at the sheet and the second request', async () => {
    google.fails(({ appends }, number) => {
      if (appends > 0 && number === 2) return 'late';
      if (appends > 0) google.letGo();
      return undefined;
    });
    const [first] = await add({ name: 'a' }, { name: 'b' });
    expect(await round()).toMatchObject({ next: 'hindered' });
    await untilRest();
    expect(names()).toEqual(['a', 'b']);
    expect(await standing(first)).toEqual({ state: 'written', row: 2 });
  });

  it('are there once although two processes write at the same time', async () => {
    await add({ name: 'a' }, { name: 'b' });
    const other = worker();
    await Promise.all([untilRest(), untilRest(other)]).catch(() => undefined);
    await untilRest();
    await untilRest(other);
    expect(names().sort()).toEqual(['a', 'b']);
  });

  it('are looked for where an answer does not show them', async () => {
    google.fails(({ appends }) => (appends > 0 ? 'curt' : undefined));
    const ids = await add({ name: 'a' }, { name: 'b' });
    await untilRest();
    expect([await standing(ids[0]), await standing(ids[1])]).toEqual([{ state: 'written', row: 2 }, { state: 'written', row: 3 }]);
    expect(google.calls.filter(({ appends }) => appends > 0)).toHaveLength(1);
  });

  it('are not called written on the word of an answer when the sheet has none of them', async () => {
    google.fails(({ appends }) => (appends > 0 ? { status: 200, body: {} } : undefined));
    const [id] = await add({ name: 'a' });
    await untilRest();
    expect(await standing(id)).toMatchObject({ state: 'failed', error: { kind: 'unknown', code: 'unreadable-answer', reason: expect.stringMatching(/not in the sheet/) as unknown } });
  });

  it('that Google refuses do not keep the others from being written', async () => {
    const ids = await add({ name: 'a' }, { name: 'refuse this row' }, { name: 'b' }, { name: 'c' }, { name: 'd' });
    await untilRest();
    expect(names().sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await standing(ids[1])).toMatchObject({ state: 'failed', error: { kind: 'permanent', code: 'rule' } });
  });

  it('fail at once, and all of them, where the account may not write; handed in again they are written', async () => {
    spreadsheet.isShared = false;
    const ids = await add({ name: 'a' }, { name: 'b' });
    await untilRest();
    for (const id of ids) expect(await standing(id)).toMatchObject({ state: 'failed', error: { kind: 'permanent', code: 'forbidden', reason: expect.stringMatching(/share the spreadsheet/) as unknown } });
    spreadsheet.isShared = true;
    for (const id of ids) expect(await addAgain(id, { name: 'again' })).toEqual({ state: 'waiting', error: null });
    await untilRest();
    expect(names()).toEqual(['again', 'again']);
    expect(await addAgain(ids[0] ?? '', { name: 'once more' })).toEqual({ state: 'written', row: 2 });
  });

  it('that may be there when the account is shut out are looked for before they are written again', async () => {
    google.fails(({ appends }) => (appends > 0 ? 'cut' : undefined));
    const [id] = await add({ name: 'a' });
    expect(await round()).toMatchObject({ next: 'hindered' });
    spreadsheet.isShared = false;
    await untilRest();
    expect(await standing(id)).toMatchObject({ state: 'failed', error: { kind: 'unknown', code: 'forbidden' } });
    spreadsheet.isShared = true;
    expect(await addAgain(id ?? '', { name: 'a' })).toEqual({ state: 'sending', error: null });
    await untilRest();
    expect(names()).toEqual(['a']);
  });

  it.each([
    ['a spreadsheet that is not there', () => google.spreadsheets.clear(), 'not-found'],
    ['a key that was revoked', () => google.fails(({ kind }) => (kind === 'token' ? { status: 400, body: { error: 'invalid_grant' } } : undefined)), 'unauthorized'],
  ])('fail for good with %s', async (_name, make, code) => {
    make();
    const [id] = await add({ name: 'a' });
    await untilRest();
    expect(await standing(id)).toMatchObject({ state: 'failed', error: { kind: 'permanent', code } });
  });

  it('wait at Google’s limit as long as it says, and while it fails', async () => {
    const answers = [{ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }];
    google.fails(({ appends }) => (appends > 0 ? answers.shift() : undefined));
    const [id] = await add({ name: 'a' });
    expect(await round()).toEqual({ next: 'hindered', retryAfterMs: 7_000 });
    expect(await standing(id)).toMatchObject({ state: 'waiting', error: { kind: 'transient', code: 'rate-limited' } });
    expect(await round()).toEqual({ next: 'hindered', retryAfterMs: 0 });
    expect(await standing(id)).toMatchObject({ state: 'sending', error: { kind: 'transient', code: 'http-status' } });
    await untilRest();
    expect(names()).toEqual(['a']);
  });

  it('get a new token when the one in force is refused', async () => {
    await add({ name: 'a' });
    await untilRest();
    google.revokeTokens();
    await add({ name: 'b' });
    await untilRest();
    expect([names(), google.count('token')]).toEqual([['a', 'b'], 2]);
  });

  it('leave few guards behind', async () => {
    for (let number = 0; number < 45; number += 1) {
      await add({ name: String(number) });
      await round();
    }
    expect(names()).toHaveLength(45);
    expect(spreadsheet.metadata.size).toBeLessThan(21);
  });

  it('raise an alert while the spreadsheet is nearly full', async () => {
    spreadsheet.update({ requests: [{ appendDimension: { sheetId: 0, dimension: 'ROWS', length: 350_000 } }] });
    await add({ name: 'a' });
    await untilRest();
    const alert = async () => (await opened.store.alerts.list(10, null)).items.find(({ kind }) => kind === 'spreadsheet-nearly-full');
    expect(await alert()).toMatchObject({ buyer: 'acme', destination: 'sheet', clearedAt: null, reason: expect.stringMatching(/of the 10000000/) as unknown });
    spreadsheet.tab('Sheet1').rowCount = 1_000;
    await add({ name: 'b' });
    await untilRest(worker());
    expect((await alert())?.clearedAt).not.toBeNull();
  });
});

describe('the line of rows', () => {
  const line = (wake: () => Promise<void>, store = opened.store.sheetRows) => new RowLine({ store, wake, pause: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))), nowMs: () => performance.now(), log: pino({ level: 'silent' }) });
  const order = (deliveryId: string, change: object = {}) => ({ address: address(), deliveryId, cells: [['Delivery ID', deliveryId]] satisfies [string, string][], timeoutMs: 50, signal: new AbortController().signal, ...change });

  it('waits until a row is written, and wakes the spreadsheet once for many', async () => {
    let wakes = 0;
    const queue = line(async () => {
      wakes += 1;
      await untilRest();
    }).of('acme', 'sheet');
    const ids = [await newDelivery(), await newDelivery(), await newDelivery()];
    const ends = await Promise.all(ids.map((id) => queue.append(order(id, { timeoutMs: 5_000 }))));
    expect(ends.map((end: RowEnd) => end.end === 'written' && end.row)).toEqual([2, 3, 4]);
    expect(wakes).toBeLessThan(3);
    expect(await queue.append(order(ids[0] ?? ''))).toEqual({ end: 'written', row: 2 });
  });

  it('takes back what was not sent when Google is in trouble, and says that it may be there when it was', async () => {
    google.fails(() => ({ status: 503 }));
    const first = await newDelivery();
    const queue = line(async () => {
      await round();
    }).of('acme', 'sheet');
    expect(await queue.append(order(first))).toMatchObject({ end: 'error', error: { kind: 'transient', code: 'http-status' } });
    expect(await standing(first)).toEqual({ state: 'withdrawn' });
    google.fails(({ appends }) => (appends > 0 ? 'cut' : undefined));
    expect(await queue.append(order(first))).toMatchObject({ end: 'error', error: { kind: 'unknown', code: 'connection' } });
    google.fails(() => undefined);
    await untilRest();
    expect(await queue.append(order(first))).toEqual({ end: 'written', row: 2 });
    expect(spreadsheet.rowsOf('Leads')).toHaveLength(2);
  });

  it('takes a row that comes while the store is asked for one that waits', async () => {
    const slow = { ...opened.store.sheetRows };
    let isAsked = () => undefined as unknown;
    const asked = new Promise((resolve) => (isAsked = () => resolve(null)));
    let goOn = () => undefined as unknown;
    const free = new Promise((resolve) => (goOn = () => resolve(null)));
    slow.standings = async (ids) => {
      const standings = await opened.store.sheetRows.standings(ids);
      isAsked();
      await free;
      return standings;
    };
    const queue = line(() => Promise.resolve(), slow).of('acme', 'sheet');
    const first = queue.append(order(await newDelivery(), { timeoutMs: 5_000 }));
    await asked;
    const second = queue.append(order(await newDelivery(), { timeoutMs: 5_000 }));
    await opened.store.ping();
    goOn();
    await untilRest();
    expect((await Promise.all([first, second])).map(({ end }) => end)).toEqual(['written', 'written']);
  });

  it('lets go when the worker has to, and leaves the row in line', async () => {
    const id = await newDelivery();
    const end = await line(() => Promise.reject(new Error('Temporal is away'))).of('acme', 'sheet').append(order(id, { timeoutMs: 60_000, signal: AbortSignal.timeout(50) }));
    expect(end).toMatchObject({ end: 'error', error: { kind: 'unknown', code: 'interrupted' } });
    expect(await standing(id)).toEqual({ state: 'waiting', error: null });
    await untilRest();
  });

  it('refuses a key that is none, before anything is stored', async () => {
    const end = await line(() => Promise.resolve()).of('acme', 'sheet').append(order(await newDelivery(), { address: address({ serviceAccount: '{}' }) }));
    expect(end).toMatchObject({ end: 'error', error: { kind: 'permanent', code: 'configuration' } });
  });
});
