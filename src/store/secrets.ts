import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import type { Encryption } from './encryption.ts';
import { secrets } from './schema.ts';
import type { SecretStore } from './store.ts';

/** What a secret's sealed text is bound to. */
export function secretPurpose(name: string): string {
  return `secret:${name}`;
}

/** Secrets in the database, sealed, each bound to its name. */
export function createSecretStore(database: Database, encryption: Encryption): SecretStore {
  return {
    put: (name, value) =>
      database.run('secrets.put', async (session) => {
        const sealed = encryption.encrypt(Buffer.from(value, 'utf8'), secretPurpose(name));
        const set = { sealed, changedAt: sql`statement_timestamp()` };
        await session.insert(secrets).values({ name, ...set }).onConflictDoUpdate({ target: secrets.name, set });
      }),

    read: (names) =>
      database.run('secrets.read', async (session) => {
        if (names.length === 0) return new Map<string, string>();
        const rows = await session.select().from(secrets).where(inArray(secrets.name, names));
        return new Map(rows.map(({ name, sealed }) => [name, encryption.decrypt(sealed, secretPurpose(name)).toString('utf8')]));
      }),

    changedSince: (names, at) =>
      database.run('secrets.changedSince', async (session) => {
        if (names.length === 0) return false;
        const rows = await session.select({ name: secrets.name }).from(secrets).where(and(inArray(secrets.name, names), gt(secrets.changedAt, at))).limit(1);
        return rows.length > 0;
      }),

    names: () =>
      database.run('secrets.names', async (session) => {
        const rows = await session.select({ name: secrets.name }).from(secrets).orderBy(asc(secrets.name));
        return rows.map(({ name }) => name);
      }),

    delete: (name) =>
      database.run('secrets.delete', async (session) => {
        const rows = await session.delete(secrets).where(eq(secrets.name, name)).returning({ name: secrets.name });
        return rows.length > 0;
      }),
  };
}
