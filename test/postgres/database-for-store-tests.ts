import { startPostgres } from '../support/postgres-server.ts';

/** Gives the store's tests a PostgreSQL, through the variable by which one can also give them one's own. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TEST_DATABASE_URL']) return undefined;
  const server = await startPostgres();
  process.env['TEST_DATABASE_URL'] = server.url;
  return () => server.stop();
}
