import { z } from 'zod';
import { LIMIT_PERIODS, MOST_BURST, MOST_LEADS_PER_SECOND, PERIOD_MICROS, type SourceLimit } from '../intake-limit/limit.ts';

const MICROS_PER_SECOND = 1_000_000;

/** `limit: { leads: 100, per: minute }` of a source, with `burst` where it is not to be as large as `leads`. */
export const sourceLimitSchema = z
  .strictObject({
    leads: z.int().min(1).describe('How many leads a period'),
    per: z.enum(LIMIT_PERIODS),
    burst: z.int().min(1).max(MOST_BURST).optional().describe('How many at once after a quiet time; as many as `leads` when not set'),
  })
  .refine(({ leads, per }) => leads <= (MOST_LEADS_PER_SECOND * PERIOD_MICROS[per]) / MICROS_PER_SECOND, {
    path: ['leads'],
    message: `at most ${MOST_LEADS_PER_SECOND} leads a second can be told apart; write less, or leave the limit out`,
  })
  .transform(({ leads, per, burst }): SourceLimit => ({ leads, per, burst: burst ?? Math.min(leads, MOST_BURST) }))
  .meta({ description: 'How fast a source may send leads in' });
