import { sql } from 'drizzle-orm';
import { createAlertStore } from './alerts.ts';
import { createAttemptStore } from './attempts.ts';
import { createCallbackStore } from './callbacks.ts';
import { createConfigStore } from './configs.ts';
import { createConnectionStore } from './connections.ts';
import { createCountStore } from './counts.ts';
import type { Database } from './database.ts';
import { createDeliveryStore } from './deliveries.ts';
import { openEmbedded } from './embedded.ts';
import type { Encryption } from './encryption.ts';
import { LeadsAtHand } from './leads-at-hand.ts';
import { createGateStore } from './gates.ts';
import { createCredentialLimitStore } from './credential-limits.ts';
import { createNewsStore } from './delivery-news.ts';
import { createHealthCheckStore } from './health-checks.ts';
import { adoptEncryptionKey } from './key-rotation.ts';
import { createLeadStore } from './leads.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { createSenderDomainStore } from './sender-domains.ts';
import { createSecretStore } from './secrets.ts';
import { createSheetRowStore } from './sheet-rows.ts';
import { createSourceKeyStore } from './source-keys.ts';
import { createSourceLimitStore } from './source-limits.ts';
import type { Store } from './store.ts';
import { createSuppressionStore } from './suppressions.ts';
import { createTokenStore } from './tokens.ts';

/** Which database: embedded in a folder (`memory://` for none), or a PostgreSQL server by its connection string. */
export type StoreOptions = { kind: 'embedded'; dataDir: string } | { kind: 'postgres'; url: string };

/** The store over a database that `openDatabase` gave. */
export function createStore(database: Database, encryption: Encryption): Store {
  const atHand = new LeadsAtHand(() => performance.now());
  return {
    leads: createLeadStore(database, atHand),
    deliveries: createDeliveryStore(database, encryption, atHand),
    attempts: createAttemptStore(database, atHand),
    gates: createGateStore(database),
    alerts: createAlertStore(database),
    configs: createConfigStore(database),
    secrets: createSecretStore(database, encryption),
    sourceKeys: createSourceKeyStore(database),
    sourceLimits: createSourceLimitStore(database),
    credentialLimits: createCredentialLimitStore(database),
    healthChecks: createHealthCheckStore(database),
    sheetRows: createSheetRowStore(database, encryption),
    news: createNewsStore(database),
    callbacks: createCallbackStore(database),
    suppressions: createSuppressionStore(database, encryption),
    senderDomains: createSenderDomainStore(database),
    counts: createCountStore(database),
    tokens: createTokenStore(database, encryption),
    connections: createConnectionStore(database, encryption),
    ping: () =>
      database.run('ping', async (session) => {
        await session.execute(sql`select 1`);
      }),
    vacuum: () => database.vacuum(),
    close: () => database.close(),
  };
}

/** Opens the database itself: migrated, and with every sealed text readable by the newest key. Leaves nothing open when it fails. */
export async function openDatabase(options: StoreOptions, encryption: Encryption): Promise<Database> {
  const database = options.kind === 'embedded' ? await openEmbedded(options.dataDir) : openPostgres(options.url);
  try {
    await migrate(database);
    await adoptEncryptionKey(database, encryption);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens everything that Leadrail remembers. Rejects with `StoreUnavailable` when the server cannot be reached, and with
 * `EncryptionKeyMismatch` when the key is not the one that sealed what is stored.
 */
export async function openStore(options: StoreOptions, encryption: Encryption): Promise<Store> {
  return createStore(await openDatabase(options, encryption), encryption);
}
