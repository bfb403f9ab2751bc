/** When a transient error is tried again. Times in milliseconds. `attempts` counts the first. */
export type RetryPolicy = ExponentialRetry | ScheduledRetry;

export interface ExponentialRetry {
  kind: 'exponential';
  attempts: number;
  initialMs: number;
  maxMs: number;
  multiplier: number;
  /** Share of each wait that is random, 0 to 1: a wait w becomes w * (1 - jitter .. 1). */
  jitter: number;
}

/** Explicit waits: n waits mean n + 1 attempts. */
export interface ScheduledRetry {
  kind: 'schedule';
  waitsMs: number[];
  jitter: number;
}

/** How many attempts a policy allows, the first included. */
export function allowedAttempts(policy: RetryPolicy): number {
  return policy.kind === 'schedule' ? policy.waitsMs.length + 1 : policy.attempts;
}

/**
 * How long to wait after the `failedAttempts`-th counted attempt (1 = the first), or null when no attempt is left.
 * The other side's Retry-After wins when it is longer. `random` is in [0, 1).
 */
export function nextWaitMs(policy: RetryPolicy, failedAttempts: number, retryAfterMs: number | undefined, random: number): number | null {
  if (failedAttempts >= allowedAttempts(policy)) return null;
  const planned =
    policy.kind === 'schedule'
      ? (policy.waitsMs[failedAttempts - 1] ?? 0)
      : Math.min(policy.maxMs, policy.initialMs * policy.multiplier ** (failedAttempts - 1));
  const jittered = planned * (1 - policy.jitter * random);
  return Math.round(Math.max(jittered, retryAfterMs ?? 0));
}
