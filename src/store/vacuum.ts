import { z } from 'zod';
import type { Session } from './database.ts';

/** PostgreSQL's own measure of when a table is due (`autovacuum_vacuum_threshold` and `…_scale_factor`, at their defaults). */
const DUE = {
  text: "select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables where n_dead_tup > 50 + 0.2 * n_live_tup order by n_dead_tup",
  values: [],
};
const tablesSchema = z.array(z.object({ name: z.string() }));

/**
 * Makes the place of rows that nobody can see any more free again, in the tables where they are many: what a server's autovacuum does,
 * and nothing in an embedded database. One table after the other, so that other statements come in between. Gives the tables.
 */
export async function vacuumWhatIsDue(session: Session): Promise<string[]> {
  const tables = tablesSchema.parse(await session.send(DUE)).map(({ name }) => name);
  for (const name of tables) await session.send({ text: `vacuum ${name}`, values: [] });
  return tables;
}
