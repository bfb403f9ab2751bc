import { z } from 'zod';
import type { RetryPolicy } from '../delivery/retry.ts';
import { durationSchema } from './duration.ts';
import type { HealthCheck } from './health-check.ts';
import { FAST_RETRY, retrySchema } from './retry.ts';

/** An id of a source, buyer, destination or route: it becomes part of addresses and workflow ids. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, 'use letters, digits, "-" and "_", at most 63, starting with a letter or digit');

/**
 * Words that every destination has, whatever its type; a channel's schema spreads them:
 * `z.strictObject({ ...destinationShape, type: z.literal('webhook'), url: … }).transform(withCommonUnits)`.
 */
export const destinationShape = {
  id: idSchema,
  required: z.boolean().default(true).describe('false: its end never counts for the lead'),
  draft: z.boolean().default(false).describe('true: it gets no leads until this is taken away; previews and tests work'),
  timeout: durationSchema.default(10_000),
  retry: retrySchema.default(FAST_RETRY),
};

/** What every destination has once it is read: units in the names. */
export interface DestinationCommon {
  id: string;
  type: string;
  required: boolean;
  /** Not live yet: no lead is planned for it. */
  draft: boolean;
  timeoutMs: number;
  retry: RetryPolicy;
  /** Absent where none is wanted, and in channels that have none (`healthCheckSchema`). */
  healthCheck?: HealthCheck | undefined;
}

/** Renames `timeout` to `timeoutMs`, now that it is a number. */
export function withCommonUnits<T extends { timeout: number }>(input: T): Omit<T, 'timeout'> & { timeoutMs: number } {
  const { timeout, ...rest } = input;
  return { ...rest, timeoutMs: timeout };
}
