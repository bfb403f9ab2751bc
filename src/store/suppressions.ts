import { createHash } from 'node:crypto';
import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { clearAlerts, raiseAlert } from './alerts.ts';
import { isAnyOf } from './columns.ts';
import { readCursor, toPage } from './cursor.ts';
import type { Database } from './database.ts';
import type { Encryption } from './encryption.ts';
import type { SuppressionRecord } from './records.ts';
import { suppressions } from './schema.ts';
import type { SuppressionStore } from './store.ts';

type Row = typeof suppressions.$inferSelect;

/** What a suppressed address's sealed text is bound to. */
export function suppressionPurpose(id: string): string {
  return `suppression:${id}`;
}

/** What an address is found by: the same for every way of writing it. */
function digestOf(address: string): string {
  return createHash('sha256').update(address.trim().toLowerCase(), 'utf8').digest('hex');
}

/** Suppressed addresses: sealed, and found by the hash of their normal form. */
export function createSuppressionStore(database: Database, encryption: Encryption): SuppressionStore {
  const toRecord = ({ id, sealed, cause, buyer, destination, deliveryId, since }: Row): SuppressionRecord => ({
    id,
    address: encryption.decrypt(sealed, suppressionPurpose(id)).toString('utf8'),
    cause,
    buyer,
    destination,
    deliveryId,
    since,
  });

  return {
    add: ({ address, ...rest }, alert) =>
      database.transaction('suppressions.add', async (tx) => {
        const id = uuidv7();
        const sealed = encryption.encrypt(Buffer.from(address.trim(), 'utf8'), suppressionPurpose(id));
        const addressSha256 = digestOf(address);
        // The update changes nothing; it makes the row that stands come back.
        const [row] = await tx
          .insert(suppressions)
          .values({ id, addressSha256, sealed, ...rest })
          .onConflictDoUpdate({ target: suppressions.addressSha256, set: { addressSha256 } })
          .returning();
        if (!row) throw new Error('a suppression that was just written is not there');
        if (row.id === id) await raiseAlert(tx, { kind: 'recipient-suppressed', buyer: rest.buyer, destination: rest.destination, ...alert });
        return toRecord(row);
      }),

    find: (addresses) =>
      database.run('suppressions.find', async (session) => {
        if (addresses.length === 0) return [];
        const rows = await session
          .select()
          .from(suppressions)
          .where(isAnyOf(suppressions.addressSha256, addresses.map(digestOf)))
          .orderBy(asc(suppressions.since), asc(suppressions.id));
        return rows.map(toRecord);
      }),

    list: (limit, cursor) =>
      database.run('suppressions.list', async (session) => {
        const position = readCursor(cursor);
        const rows = await session
          .select()
          .from(suppressions)
          .where(position ? sql`(${suppressions.since}, ${suppressions.id}) < (${position.time}::timestamptz, ${position.id})` : undefined)
          .orderBy(desc(suppressions.since), desc(suppressions.id))
          .limit(limit + 1);
        return toPage(rows, limit, toRecord, ({ since, id }) => ({ time: since, id }));
      }),

    release: (id, at) =>
      database.transaction('suppressions.release', async (tx) => {
        const [released] = await tx.delete(suppressions).where(eq(suppressions.id, id)).returning({ buyer: suppressions.buyer, destination: suppressions.destination });
        if (!released) return false;
        const { buyer, destination } = released;
        const isOfDestination = and(eq(suppressions.buyer, buyer), eq(suppressions.destination, destination));
        const [other] = await tx.select({ id: suppressions.id }).from(suppressions).where(isOfDestination).limit(1);
        if (!other) await clearAlerts(tx, { buyer, destination, kinds: ['recipient-suppressed'] }, at);
        return true;
      }),
  };
}
