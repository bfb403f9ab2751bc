import { z } from 'zod';
import { statusesSchema, type StatusRange } from '../response/statuses.ts';
import { durationSchema } from './duration.ts';

/** How a destination is asked whether it is up, without a lead. */
export interface HealthCheck {
  url: string;
  everyMs: number;
  /** From the start of the check to the last byte of the answer; never longer than `everyMs`, so that no two run at once. */
  timeoutMs: number;
  /** The statuses that mean healthy. */
  healthy: StatusRange[];
}

const SHORTEST_MS = 10_000;
const LONGEST_MS = 86_400_000;
const LONGEST_TIMEOUT_MS = 30_000;

/** `healthCheck:` of a destination, given what the channel takes for a URL. */
export function healthCheckSchema(url: z.ZodType<string>) {
  return z
    .strictObject({
      url: url.refine((text) => !/[{}]/.test(text), 'a health check carries no lead, so there is nothing to put in place of {field}').describe('Asked by GET, without credentials and without a body'),
      every: durationSchema.refine((ms) => ms >= SHORTEST_MS && ms <= LONGEST_MS, 'must be 10s at least and 24h at most'),
      timeout: durationSchema.refine((ms) => ms > 0 && ms <= LONGEST_TIMEOUT_MS, 'must be longer than nothing and at most 30s').default(5_000),
      status: statusesSchema.prefault('2xx').describe('Which mean healthy: a status, a class (2xx), or a list of them'),
    })
    .superRefine(({ every, timeout }, context) => {
      if (timeout > every) context.addIssue({ code: 'custom', path: ['timeout'], message: 'must not be longer than `every`: the next check would begin before this one has ended' });
    })
    .transform(({ url: asked, every, timeout, status }): HealthCheck => ({ url: asked, everyMs: every, timeoutMs: timeout, healthy: status }))
    .describe('Asked at intervals; when it fails often enough the destination is shut before a lead is tried');
}
