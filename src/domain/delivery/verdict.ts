import type { AttemptOutcome } from './outcome.ts';
import { isAboutLead, isOurFault } from './outcome.ts';
import { nextWaitMs, type RetryPolicy } from './retry.ts';
import type { DeadLetterKind, ReasonCode } from './state.ts';

/** What one attempt means for its delivery. */
export type Verdict =
  | { next: 'settle'; counted: boolean; state: 'delivered' | 'rejected' | 'failed' | 'unknown'; reason: ReasonCode; deadLetter: DeadLetterKind | null; inOutage: boolean }
  | { next: 'retry'; counted: boolean; waitMs: number }
  /** A failed probe gives its lead back: nothing was used up. */
  | { next: 'hold-again'; counted: false };

export interface VerdictInput {
  outcome: AttemptOutcome;
  policy: RetryPolicy;
  /** Attempts of this round that counted, without this one. */
  countedBefore: number;
  isProbe: boolean;
  /** In [0, 1): the jitter of the next wait. */
  random: number;
}

/**
 * Decides what follows an attempt. Only a transient error is tried again; one that may have arrived (`unknown`) is tried
 * again with the same id and ends as `unknown`; a refusal is the buyer's answer and final.
 */
export function judgeAttempt({ outcome, policy, countedBefore, isProbe, random }: VerdictInput): Verdict {
  switch (outcome.outcome) {
    case 'success':
      return { next: 'settle', counted: true, state: 'delivered', reason: 'accepted', deadLetter: null, inOutage: false };
    case 'failure':
      return { next: 'settle', counted: true, state: 'rejected', reason: 'refused', deadLetter: 'refused', inOutage: false };
    case 'error':
      break;
  }
  if (outcome.code === 'interrupted') return { next: 'retry', counted: false, waitMs: 0 };
  if (isOurFault(outcome.code)) {
    return { next: 'settle', counted: false, state: 'failed', reason: 'our-fault', deadLetter: 'ours', inOutage: false };
  }
  if (isProbe && !isAboutLead(outcome.code)) return { next: 'hold-again', counted: false };
  if (outcome.kind === 'permanent') {
    return { next: 'settle', counted: true, state: 'failed', reason: 'permanent-error', deadLetter: 'undeliverable', inOutage: false };
  }
  const waitMs = nextWaitMs(policy, countedBefore + 1, outcome.retryAfterMs, random);
  if (waitMs !== null) return { next: 'retry', counted: true, waitMs };
  return outcome.kind === 'unknown'
    ? { next: 'settle', counted: true, state: 'unknown', reason: 'may-have-arrived', deadLetter: 'unknown', inOutage: false }
    : { next: 'settle', counted: true, state: 'failed', reason: 'retries-exhausted', deadLetter: 'undeliverable', inOutage: true };
}
