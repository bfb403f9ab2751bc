import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Database, Session } from './database.ts';
import { sealedPrefix, type Encryption } from './encryption.ts';
import { keptRequestPurpose } from './kept-request.ts';
import { connections, deliveries, encryptionCanary, secrets, sheetRows, suppressions, tokens } from './schema.ts';
import { secretPurpose } from './secrets.ts';
import { sheetRowPurpose } from './sheet-rows.ts';
import { suppressionPurpose } from './suppressions.ts';
import { connectionPurpose, openTokens, tokenPurpose, tokenRowId } from './token-seal.ts';

/** The keys given at start cannot read what is stored. */
export class EncryptionKeyMismatch extends Error {
  override name = 'EncryptionKeyMismatch';
}

const CANARY_PURPOSE = 'canary';
const CANARY_TEXT = 'leadrail';
const CANARY_ID = 1;

function refuse(): never {
  throw new EncryptionKeyMismatch(
    'LEADRAIL_ENCRYPTION_KEY cannot read what is stored in this database: it is not the key that sealed it. ' +
      'Start with that key; to replace it, give both as "new,old" once.',
  );
}

/**
 * Makes sure, before anything is served, that the given keys read everything sealed, and seals it anew with the newest key
 * where another was used: after one start with `new,old` the old key is no longer needed. Throws `EncryptionKeyMismatch`.
 */
export async function adoptEncryptionKey(database: Database, encryption: Encryption): Promise<void> {
  await database.transaction('adoptEncryptionKey', async (tx) => {
    await tx
      .insert(encryptionCanary)
      .values({ id: CANARY_ID, sealed: encryption.encrypt(Buffer.from(CANARY_TEXT), CANARY_PURPOSE) })
      .onConflictDoNothing();
    // Locked, so that processes that start together do this one after the other.
    const [canary] = await tx.select().from(encryptionCanary).where(eq(encryptionCanary.id, CANARY_ID)).for('update');
    if (!canary) throw new Error('The row that tells whether the encryption key fits has gone: another process deleted it.');
    const canaryNow = reseal(encryption, canary.sealed, CANARY_PURPOSE);
    if (canaryNow !== canary.sealed) await tx.update(encryptionCanary).set({ sealed: canaryNow }).where(eq(encryptionCanary.id, CANARY_ID));
    await resealSecrets(tx, encryption);
    await resealKeptRequests(tx, encryption);
    await resealTokens(tx, encryption);
    await resealConnections(tx, encryption);
    await resealSheetRows(tx, encryption);
    await resealSuppressions(tx, encryption);
  });
}

function isOfOtherKey(column: typeof secrets.sealed | typeof deliveries.keptRequest | typeof tokens.sealed | typeof connections.sealed | typeof sheetRows.sealed | typeof suppressions.sealed, encryption: Encryption) {
  return sql`not starts_with(${column}, ${sealedPrefix(encryption.keyId)})`;
}

function reseal(encryption: Encryption, sealed: string, purpose: string): string {
  if (!encryption.canRead(sealed)) refuse();
  if (sealed.startsWith(sealedPrefix(encryption.keyId))) return sealed;
  return encryption.encrypt(encryption.decrypt(sealed, purpose), purpose);
}

async function resealSecrets(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx.select().from(secrets).where(isOfOtherKey(secrets.sealed, encryption)).for('update');
  for (const { name, sealed } of rows) {
    await tx
      .update(secrets)
      .set({ sealed: reseal(encryption, sealed, secretPurpose(name)) })
      .where(eq(secrets.name, name));
  }
}

async function resealKeptRequests(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx
    .select({ id: deliveries.id, sealed: deliveries.keptRequest })
    .from(deliveries)
    .where(and(isNotNull(deliveries.keptRequest), isOfOtherKey(deliveries.keptRequest, encryption)));
  for (const { id, sealed } of rows) {
    if (sealed === null) continue;
    // Not when it was dropped or replaced since it was read.
    await tx
      .update(deliveries)
      .set({ keptRequest: reseal(encryption, sealed, keptRequestPurpose(id)) })
      .where(and(eq(deliveries.id, id), eq(deliveries.keptRequest, sealed)));
  }
}

/** The key names the rows too: each gets its new name, unless a process with the new key has made one under it already. */
async function resealTokens(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx.select().from(tokens).where(isOfOtherKey(tokens.sealed, encryption)).for('update');
  for (const { id, buyer, destination, sealed } of rows) {
    if (!encryption.canRead(sealed)) refuse();
    const { digest } = openTokens(encryption, { buyer, destination }, sealed);
    const nextId = tokenRowId(encryption, { buyer, destination, digest });
    const [taken] = await tx.select({ id: tokens.id }).from(tokens).where(eq(tokens.id, nextId));
    if (taken) await tx.delete(tokens).where(eq(tokens.id, id));
    else await tx.update(tokens).set({ id: nextId, sealed: reseal(encryption, sealed, tokenPurpose({ buyer, destination })) }).where(eq(tokens.id, id));
  }
}

async function resealConnections(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx.select().from(connections).where(isOfOtherKey(connections.sealed, encryption)).for('update');
  for (const { stateSha256, sealed } of rows) {
    await tx
      .update(connections)
      .set({ sealed: reseal(encryption, sealed, connectionPurpose(stateSha256)) })
      .where(eq(connections.stateSha256, stateSha256));
  }
}

async function resealSheetRows(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx
    .select({ id: sheetRows.deliveryId, sealed: sheetRows.sealed })
    .from(sheetRows)
    .where(and(isNotNull(sheetRows.sealed), isOfOtherKey(sheetRows.sealed, encryption)));
  for (const { id, sealed } of rows) {
    if (sealed === null) continue;
    // Not when it was written or replaced since it was read.
    await tx
      .update(sheetRows)
      .set({ sealed: reseal(encryption, sealed, sheetRowPurpose(id)) })
      .where(and(eq(sheetRows.deliveryId, id), eq(sheetRows.sealed, sealed)));
  }
}

async function resealSuppressions(tx: Session, encryption: Encryption): Promise<void> {
  const rows = await tx.select({ id: suppressions.id, sealed: suppressions.sealed }).from(suppressions).where(isOfOtherKey(suppressions.sealed, encryption)).for('update');
  for (const { id, sealed } of rows) {
    await tx
      .update(suppressions)
      .set({ sealed: reseal(encryption, sealed, suppressionPurpose(id)) })
      .where(eq(suppressions.id, id));
  }
}
