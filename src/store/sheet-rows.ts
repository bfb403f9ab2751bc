import { and, asc, eq, inArray, isNotNull, isNull, max, or, sql } from 'drizzle-orm';
import type { Database, Session } from './database.ts';
import type { Encryption } from './encryption.ts';
import { sheetBatches, sheetRows } from './schema.ts';
import type { SheetBatch, SheetRow, SheetRowStanding, SheetRowStore } from './store.ts';

/** As many as go in one request at first. */
const MOST_TOGETHER = 500;

const STANDING = { deliveryId: sheetRows.deliveryId, state: sheetRows.state, error: sheetRows.error, rowNumber: sheetRows.rowNumber };

type Stored = typeof sheetRows.$inferSelect;

/** What a row's sealed text is bound to. */
export function sheetRowPurpose(deliveryId: string): string {
  return `sheet-row:${deliveryId}`;
}

/** Rows for spreadsheets in the database. What is personal in them is gone once they are written. */
export function createSheetRowStore(database: Database, encryption: Encryption): SheetRowStore {
  const opened = ({ deliveryId, buyer, destination, sheet, tab, sealed }: Stored): SheetRow => {
    if (sealed === null) throw new Error(`the row of delivery ${deliveryId} is open and has no content: another program changed it`);
    return { deliveryId, buyer, destination, sheet, tab, content: encryption.decrypt(sealed, sheetRowPurpose(deliveryId)).toString('utf8') };
  };
  const inState = (sheet: string, ...states: Stored['state'][]) => and(eq(sheetRows.sheet, sheet), inArray(sheetRows.state, states));
  const ofGuard = (sheet: string, guard: number) => and(inState(sheet, 'sending'), eq(sheetRows.guard, guard));
  const batch = (sheet: string, guard: number) => and(eq(sheetBatches.sheet, sheet), eq(sheetBatches.guard, guard));
  const sending = (session: Session, sheet: string, guard: number) => session.select().from(sheetRows).where(ofGuard(sheet, guard)).orderBy(asc(sheetRows.position));

  return {
    add: ({ content, ...row }) =>
      database.run('sheetRows.add', async (session) => {
        const sealed = encryption.encrypt(Buffer.from(content, 'utf8'), sheetRowPurpose(row.deliveryId));
        // One that failed while it may have been sent goes on with its batch: only that one's guard keeps it from being there twice.
        const mayBeThere = sql`${sheetRows.guard} is not null and ${sheetRows.sheet} = excluded.sheet and ${sheetRows.tab} = excluded.tab`;
        await session
          .insert(sheetRows)
          .values({ ...row, state: 'waiting', sealed, most: MOST_TOGETHER })
          .onConflictDoUpdate({
            target: sheetRows.deliveryId,
            set: {
              ...row,
              sealed,
              most: MOST_TOGETHER,
              error: null,
              state: sql`case when ${mayBeThere} then 'sending' else 'waiting' end`,
              guard: sql`case when ${mayBeThere} then ${sheetRows.guard} end`,
            },
            setWhere: inArray(sheetRows.state, ['failed', 'withdrawn']),
          });
        const [stored] = await session.select(STANDING).from(sheetRows).where(eq(sheetRows.deliveryId, row.deliveryId));
        if (!stored) throw new Error(`the row of delivery ${row.deliveryId} has gone: another program deleted it`);
        return standingOf(stored);
      }),

    standings: (deliveryIds) =>
      database.run('sheetRows.standings', async (session) => {
        // Not the sealed text: a thousand rows are asked after four times a second.
        const rows = await session.select(STANDING).from(sheetRows).where(inArray(sheetRows.deliveryId, deliveryIds));
        return new Map(rows.map((row) => [row.deliveryId, standingOf(row)]));
      }),

    withdraw: (deliveryId) =>
      database.run('sheetRows.withdraw', async (session) => {
        const taken = await session
          .update(sheetRows)
          .set({ state: 'withdrawn', sealed: null })
          .where(and(eq(sheetRows.deliveryId, deliveryId), eq(sheetRows.state, 'waiting')))
          .returning({ id: sheetRows.deliveryId });
        return taken.length > 0;
      }),

    open: (sheet) =>
      database.run('sheetRows.open', async (session) => {
        const [oldest] = await session.select({ guard: sheetRows.guard }).from(sheetRows).where(inState(sheet, 'sending')).orderBy(asc(sheetRows.position)).limit(1);
        if (!oldest || oldest.guard === null) return null;
        const [known] = await session.select().from(sheetBatches).where(batch(sheet, oldest.guard));
        const rows = (await sending(session, sheet, oldest.guard)).map(opened);
        return { guard: oldest.guard, rows, requests: known?.requests ?? 0, isSpent: known === undefined || known.settledAt !== null };
      }),

    next: (sheet, most) =>
      database.run('sheetRows.next', async (session) => together(await session.select().from(sheetRows).where(inState(sheet, 'waiting')).orderBy(asc(sheetRows.position)).limit(most)).map(opened)),

    claim: (sheet, deliveryIds, guard) =>
      database.transaction('sheetRows.claim', async (tx): Promise<SheetBatch | null> => {
        const claimed = await tx
          .update(sheetRows)
          .set({ state: 'sending', guard })
          .where(and(inState(sheet, 'waiting'), inArray(sheetRows.deliveryId, deliveryIds)))
          .returning({ id: sheetRows.deliveryId });
        if (claimed.length === 0) return null;
        await tx.insert(sheetBatches).values({ sheet, guard, requests: 1 });
        return { guard, rows: (await sending(tx, sheet, guard)).map(opened), requests: 1, isSpent: false };
      }),

    resend: (sheet, guard) =>
      database.run('sheetRows.resend', async (session) => {
        const [row] = await session
          .update(sheetBatches)
          .set({ requests: sql`${sheetBatches.requests} + 1` })
          .where(batch(sheet, guard))
          .returning({ requests: sheetBatches.requests });
        return row?.requests ?? null;
      }),

    settle: (sheet, guard, rows) =>
      database.transaction('sheetRows.settle', async (tx) => {
        const list = (values: (string | number)[], type: string) => sql`${sql.param(values)}::${sql.raw(type)}[]`;
        await tx.execute(sql`
          update sheet_rows as known set state = 'written', sealed = null, guard = null, error = null, row_number = seen.number
          from sheet_rows as own left join unnest(${list([...rows.keys()], 'text')}, ${list([...rows.values()], 'integer')}) as seen (id, number) on seen.id = own.delivery_id
          where own.delivery_id = known.delivery_id and known.sheet = ${sheet} and known.guard = ${guard} and known.state = 'sending'`);
        await tx.update(sheetBatches).set({ settledAt: sql`statement_timestamp()` }).where(batch(sheet, guard));
        await tx.update(sheetRows).set({ error: null }).where(and(inState(sheet, 'waiting', 'sending'), isNotNull(sheetRows.error)));
      }),

    free: (sheet, guard, { requests, most }) =>
      database.transaction('sheetRows.free', async (tx) => {
        if (requests !== null) {
          const freed = await tx
            .delete(sheetBatches)
            .where(and(batch(sheet, guard), eq(sheetBatches.requests, requests), isNull(sheetBatches.settledAt)))
            .returning({ guard: sheetBatches.guard });
          if (freed.length === 0) return false;
        }
        await tx.update(sheetRows).set({ state: 'waiting', guard: null, ...(most === undefined ? {} : { most }) }).where(ofGuard(sheet, guard));
        return true;
      }),

    fail: (deliveryIds, error) =>
      database.run('sheetRows.fail', async (session) => {
        await session
          .update(sheetRows)
          .set({ state: 'failed', sealed: null, error })
          .where(and(inArray(sheetRows.deliveryId, deliveryIds), inArray(sheetRows.state, ['waiting', 'sending'])));
      }),

    inLine: (sheet) =>
      database.run('sheetRows.inLine', (session) =>
        session.select({ deliveryId: sheetRows.deliveryId, buyer: sheetRows.buyer, destination: sheetRows.destination }).from(sheetRows).where(inState(sheet, 'waiting', 'sending')).orderBy(asc(sheetRows.position)),
      ),

    hinder: (sheet, error) =>
      database.run('sheetRows.hinder', async (session) => {
        await session.update(sheetRows).set({ error }).where(inState(sheet, 'waiting', 'sending'));
      }),

    lastRow: (sheet, tab) =>
      database.run('sheetRows.lastRow', async (session) => {
        const [row] = await session.select({ last: max(sheetRows.rowNumber) }).from(sheetRows).where(and(eq(sheetRows.sheet, sheet), eq(sheetRows.tab, tab)));
        return row?.last ?? 1;
      }),

    spentGuards: (sheet, settledForMs, most) =>
      database.run('sheetRows.spentGuards', async (session) => {
        const isLongAgo = sql`${sheetBatches.settledAt} < statement_timestamp() - ${settledForMs}::double precision * interval '1 millisecond'`;
        const rows = await session
          .select({ guard: sheetBatches.guard })
          .from(sheetBatches)
          .where(and(eq(sheetBatches.sheet, sheet), sql`${sheetBatches.settledAt} is not null`, or(eq(sheetBatches.requests, 1), isLongAgo)))
          .limit(most);
        return rows.map(({ guard }) => guard);
      }),

    forgetGuards: (sheet, guards) =>
      database.run('sheetRows.forgetGuards', async (session) => {
        await session.delete(sheetBatches).where(and(eq(sheetBatches.sheet, sheet), inArray(sheetBatches.guard, guards)));
      }),
  };
}

/** The first rows that may go together: of one tab, and no more than each of them allows. */
function together(rows: Stored[]): Stored[] {
  const ofTab = rows.filter(({ tab }) => tab === rows[0]?.tab);
  let most = MOST_TOGETHER;
  return ofTab.filter((row, index) => {
    most = Math.min(most, row.most);
    return index < most;
  });
}

function standingOf({ deliveryId, state, error, rowNumber }: Pick<Stored, keyof typeof STANDING>): SheetRowStanding {
  switch (state) {
    case 'waiting':
    case 'sending':
      return { state, error };
    case 'written':
      return { state, row: rowNumber };
    case 'withdrawn':
      return { state };
    case 'failed':
      if (error === null) throw new Error(`the row of delivery ${deliveryId} failed for no reason: another program changed it`);
      return { state, error };
  }
}
