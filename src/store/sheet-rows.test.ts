import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryError } from '../domain/delivery/outcome.ts';
import { createEncryption } from './encryption.ts';
import { adoptEncryptionKey } from './key-rotation.ts';
import { createSheetRowStore } from './sheet-rows.ts';
import { newLead, planned, planOf, testDatabases, type Opened } from './testing.ts';

const ERROR: DeliveryError = { outcome: 'error', kind: 'permanent', code: 'forbidden', reason: 'made up' };

describe.each(testDatabases(process.env['TEST_DATABASE_URL']))('rows for spreadsheets, $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const rows = () => opened.store.sheetRows;
  let sheets = 0;

  /** A spreadsheet with so many rows in line. */
  async function sheetWith(count: number, tab = 'Leads') {
    sheets += 1;
    const sheet = `sheet-${sheets}`;
    const ids: string[] = [];
    for (let number = 0; number < count; number += 1) ids.push(await addNew(sheet, tab));
    return { sheet, ids };
  }

  async function addNew(sheet: string, tab = 'Leads') {
    const delivery = planned('acme/sheet');
    await opened.store.leads.accept(newLead(planOf([delivery])));
    await add(delivery.id, sheet, tab);
    return delivery.id;
  }

  const add = (deliveryId: string, sheet: string, tab = 'Leads', content = 'row of Ada') => rows().add({ deliveryId, buyer: 'acme', destination: 'sheet', sheet, tab, content });
  const standing = async (id = '') => (await rows().standings([id])).get(id);
  const idsOf = (batch: { rows: { deliveryId: string }[] } | null) => batch?.rows.map(({ deliveryId }) => deliveryId);

  it('are in line once, in their order and by tab, and hold nothing personal in the open', async () => {
    const { sheet, ids } = await sheetWith(2);
    const other = await addNew(sheet, 'Other');
    expect(await add(ids[0] ?? '', sheet, 'Leads', 'another text')).toEqual({ state: 'waiting', error: null });
    const next = await rows().next(sheet, 10);
    expect(next.map(({ deliveryId, content }) => [deliveryId, content])).toEqual(ids.map((id) => [id, 'row of Ada']));
    expect(JSON.stringify(await opened.database.run('test', (session) => session.execute(sql`select * from sheet_rows`)))).not.toContain('Ada');
    await rows().claim(sheet, ids, 1);
    expect((await rows().next(sheet, 10)).map(({ deliveryId }) => deliveryId)).toEqual([other]);
  });

  it('belong to one batch until it is settled; then nothing of them is kept but where they are', async () => {
    const { sheet, ids } = await sheetWith(2);
    const [first = '', second = ''] = ids;
    expect(idsOf(await rows().claim(sheet, ids, 5))).toEqual(ids);
    expect(await rows().claim(sheet, ids, 6)).toBeNull();
    expect(await rows().withdraw(first)).toBe(false);
    expect(await rows().open(sheet)).toMatchObject({ guard: 5, requests: 1, isSpent: false });
    await rows().settle(sheet, 5, new Map([[first, 17]]));
    expect([await standing(first), await standing(second)]).toEqual([{ state: 'written', row: 17 }, { state: 'written', row: null }]);
    expect([await rows().open(sheet), await rows().lastRow(sheet, 'Leads')]).toEqual([null, 17]);
    expect(await add(first, sheet)).toEqual({ state: 'written', row: 17 });
    expect(await opened.database.run('test', (session) => session.execute(sql`select 1 from sheet_rows where sheet = ${sheet} and sealed is not null`))).toMatchObject({ rows: [] });
  });

  it('are freed only by whoever sent last, and then sent by nobody with the old guard', async () => {
    const { sheet, ids } = await sheetWith(2);
    await rows().claim(sheet, ids, 7);
    expect(await rows().resend(sheet, 7)).toBe(2);
    expect(await rows().free(sheet, 7, { requests: 1 })).toBe(false);
    expect(await rows().free(sheet, 7, { requests: 2, most: 1 })).toBe(true);
    expect(await rows().resend(sheet, 7)).toBeNull();
    expect(await rows().next(sheet, 10)).toHaveLength(1);
  });

  it('that were taken out of the line, or failed, go in line again; those that may be there with their guard', async () => {
    const { sheet, ids } = await sheetWith(3);
    const [withdrawn = '', failed = '', sent = ''] = ids;
    expect(await rows().withdraw(withdrawn)).toBe(true);
    await rows().fail([failed], ERROR);
    await rows().claim(sheet, [sent], 8);
    await rows().fail([sent], ERROR);
    expect([await standing(withdrawn), await standing(failed), await standing(sent)]).toEqual([{ state: 'withdrawn' }, { state: 'failed', error: ERROR }, { state: 'failed', error: ERROR }]);
    for (const id of ids) await add(id, sheet, 'Leads', 'anew');
    expect((await rows().next(sheet, 10)).map(({ deliveryId, content }) => [deliveryId, content])).toEqual([[withdrawn, 'anew'], [failed, 'anew']]);
    expect(await rows().open(sheet)).toMatchObject({ guard: 8, rows: [{ deliveryId: sent }] });
    expect((await rows().inLine(sheet)).map(({ deliveryId }) => deliveryId)).toEqual(ids);
  });

  it('tell what stands in their way until something goes through', async () => {
    const { sheet, ids } = await sheetWith(2);
    await rows().hinder(sheet, ERROR);
    expect(await standing(ids[1])).toEqual({ state: 'waiting', error: ERROR });
    await rows().claim(sheet, [ids[0] ?? ''], 9);
    await rows().settle(sheet, 9, new Map());
    expect(await standing(ids[1])).toEqual({ state: 'waiting', error: null });
  });

  it('leave guards for as long as a late request could come', async () => {
    const { sheet, ids } = await sheetWith(2);
    await rows().claim(sheet, [ids[0] ?? ''], 11);
    await rows().settle(sheet, 11, new Map());
    await rows().claim(sheet, [ids[1] ?? ''], 12);
    await rows().resend(sheet, 12);
    await rows().settle(sheet, 12, new Map());
    expect(await rows().spentGuards(sheet, 3_600_000, 10)).toEqual([11]);
    expect((await rows().spentGuards(sheet, -1, 10)).sort()).toEqual([11, 12]);
    await rows().forgetGuards(sheet, [11, 12]);
    expect(await rows().spentGuards(sheet, -1, 10)).toEqual([]);
  });

  it('are sealed anew with a new key', async () => {
    const { sheet } = await sheetWith(1);
    const [newest, old] = ['another key for the tests of the store', 'a key for the tests of the store'];
    await adoptEncryptionKey(opened.database, createEncryption(`${newest},${old}`));
    expect(await createSheetRowStore(opened.database, createEncryption(newest)).next(sheet, 10)).toMatchObject([{ content: 'row of Ada' }]);
  });
});
