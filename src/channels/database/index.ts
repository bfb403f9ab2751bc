import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import type { Channel } from '../channel.ts';

const databaseConfigSchema = z.strictObject({ ...destinationShape, type: z.literal('database') }).transform(withCommonUnits);

export type DatabaseConfig = z.output<typeof databaseConfigSchema>;

/** `database`: keeps the lead for later. It is in the store already, so nothing leaves the house and nothing can fail. */
export const databaseChannel: Channel<DatabaseConfig> = {
  type: 'database',
  configSchema: databaseConfigSchema,
  credentialPaths: () => [],
  readiness: () => ({ authenticates: null, mapped: null, readsAnswers: null }),
  render: ({ config }) => ({ ok: true, request: { method: 'STORE', url: `database:${config.id}`, headers: [], body: null } }),
  send: () => Promise.resolve({ outcome: { outcome: 'success', billable: false, reason: 'kept' } }),
};
