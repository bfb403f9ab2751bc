import { eq, sql } from 'drizzle-orm';
import { isFinal } from '../domain/delivery/state.ts';
import type { Database, Session } from './database.ts';
import { deliveries, gates } from './schema.ts';
import { deliveryIn, lockDelivery } from './locked-lead.ts';
import { changeDelivery } from './settlement.ts';
import type { DeliveryStore } from './store.ts';
import { writeLeads } from './write-leads.ts';

/** Holds a delivery while its buyer's gate has the version that was seen; false when the gate moved on or the delivery has ended. */
export async function holdDelivery(database: Database, id: string, hold: Parameters<DeliveryStore['hold']>[1]): Promise<boolean> {
  const { gateVersion, ...rest } = hold;
  return database.transaction('deliveries.hold', async (tx) => {
    if ((await lockGateVersion(tx, id, gateVersion)) !== gateVersion) return false;
    const before = await lockDelivery(tx, id);
    if (isFinal(deliveryIn(before, id).state)) return false;
    const change = { ...rest, state: 'held', heldGateVersion: gateVersion, releasedAt: null, deadLetter: null, settledAt: null } as const;
    // Its chain may have been satisfied meanwhile: then it is skipped, and the caller looks again.
    const after = changeDelivery(before, id, change, new Date().toISOString());
    await writeLeads(tx, [{ before, after }]);
    return deliveryIn(after, id).state === 'held';
  });
}

/**
 * The version of the gate of a delivery's buyer, locked against publishing until the transaction ends. Where nothing was
 * published yet (version 0) a row is put there to be locked, so that the first gate too waits for holds in progress.
 */
async function lockGateVersion(tx: Session, deliveryId: string, expected: number): Promise<number> {
  const buyer = sql`(select ${deliveries.buyer} from ${deliveries} where ${deliveries.id} = ${deliveryId})`;
  const read = () => tx.select({ version: gates.version }).from(gates).where(eq(gates.buyer, buyer)).for('share');
  const [gate] = await read();
  if (gate) return gate.version;
  if (expected !== 0) return 0;
  await tx
    .insert(gates)
    .select(sql`select ${deliveries.buyer}, 0, null::json from ${deliveries} where ${deliveries.id} = ${deliveryId}`)
    .onConflictDoNothing();
  const [placed] = await read();
  return placed?.version ?? 0;
}
