import { z } from 'zod';
import type { RetryPolicy } from '../delivery/retry.ts';
import { durationSchema } from './duration.ts';

const JITTER = 0.2;

/** `fast`, the default: three attempts within seconds, for an API that answers at once or not at all. */
export const FAST_RETRY: RetryPolicy = { kind: 'exponential', attempts: 3, initialMs: 1_000, maxMs: 30_000, multiplier: 2, jitter: JITTER };

/** `patient`: after 5 minutes, 15 minutes and an hour, for a system that is down for a while. */
export const PATIENT_RETRY: RetryPolicy = { kind: 'schedule', waitsMs: [300_000, 900_000, 3_600_000], jitter: JITTER };

const waitSchema = durationSchema.refine((ms) => ms > 0, 'must be longer than nothing');

const jitterSchema = z.number().min(0).max(1).default(JITTER).describe('Share of each wait that is random, 0 to 1');

const exponentialSchema = z
  .strictObject({
    attempts: z.int().min(1).max(50).default(3).describe('How often in all, the first included'),
    initial: waitSchema.default(1_000),
    max: waitSchema.default(30_000),
    multiplier: z.number().min(1).max(10).default(2),
    jitter: jitterSchema,
  })
  .transform(({ attempts, initial, max, multiplier, jitter }): RetryPolicy => {
    return { kind: 'exponential', attempts, initialMs: initial, maxMs: max, multiplier, jitter };
  });

const scheduleSchema = z
  .strictObject({ schedule: z.array(durationSchema).min(1).max(20), jitter: jitterSchema })
  .transform(({ schedule, jitter }): RetryPolicy => ({ kind: 'schedule', waitsMs: schedule, jitter }));

const presetSchema = z.enum(['fast', 'patient']).transform((name): RetryPolicy => (name === 'fast' ? FAST_RETRY : PATIENT_RETRY));

/** `fast`, `patient`, `{ attempts, initial, max, multiplier, jitter }` or `{ schedule: [5m, 15m] }`. */
export const retrySchema = z.union([presetSchema, scheduleSchema, exponentialSchema]);
