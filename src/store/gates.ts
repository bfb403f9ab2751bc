import { asc, eq, gt, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { gates } from './schema.ts';
import type { GateStore } from './store.ts';

/** Published gates in the database: one row a buyer, replaced by newer versions only. */
export function createGateStore(database: Database): GateStore {
  return {
    publish: (gate) =>
      database.run('gates.publish', async (session) => {
        const rows = await session
          .insert(gates)
          .values({ buyer: gate.buyer, version: gate.version, gate })
          .onConflictDoUpdate({
            target: gates.buyer,
            set: { version: gate.version, gate },
            setWhere: sql`excluded.version > ${gates.version}`,
          })
          .returning({ version: gates.version });
        return rows.length > 0;
      }),

    get: (buyer) =>
      database.run('gates.get', async (session) => {
        const [row] = await session.select({ gate: gates.gate }).from(gates).where(eq(gates.buyer, buyer));
        return row?.gate ?? null;
      }),

    all: () =>
      database.run('gates.all', async (session) => {
        const rows = await session.select({ gate: gates.gate }).from(gates).where(gt(gates.version, 0)).orderBy(asc(gates.buyer));
        return rows.flatMap(({ gate }) => gate ?? []);
      }),
  };
}
