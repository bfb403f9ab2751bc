import { asc, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { senderDomains } from './schema.ts';
import type { SenderDomainStore } from './store.ts';

/** Domains that emails are sent from: one row a name. */
export function createSenderDomainStore(database: Database): SenderDomainStore {
  return {
    put: (domain) =>
      database.run('senderDomains.put', async (session) => {
        // A domain that was made anew at its provider has another id and the same name.
        await session.insert(senderDomains).values(domain).onConflictDoUpdate({ target: senderDomains.name, set: domain });
      }),

    get: (id) =>
      database.run('senderDomains.get', async (session) => {
        const [row] = await session.select().from(senderDomains).where(eq(senderDomains.id, id));
        return row ?? null;
      }),

    list: () => database.run('senderDomains.list', (session) => session.select().from(senderDomains).orderBy(asc(senderDomains.name))),

    forget: (id) =>
      database.run('senderDomains.forget', async (session) => {
        await session.delete(senderDomains).where(eq(senderDomains.id, id));
      }),
  };
}
