import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { DeliveryState, ReasonCode } from '../../domain/delivery/state.ts';
import { FAILURE } from '../contract.ts';
import type { DeliverResult } from '../../domain/delivery/result.ts';

/**
 * The border to Temporal: what went well is returned, everything else thrown, so that the UI shows it in red. Messages hold
 * codes only, for they stand in histories in plain text.
 */
export function conclude(result: DeliverResult): DeliverResult {
  const type = failureType(result.state, result.reason);
  if (type === null) return result;
  throw plainFailure({
    message: `${result.state}: ${result.reason ?? 'no reason'}`,
    type,
    nonRetryable: true,
    // Expected in daily business: no alarm in the SDK's own logs and metrics.
    category: ApplicationFailureCategory.BENIGN,
    details: [result],
  });
}

/** Asks Temporal for the next attempt after a wait of its own. */
export function tryAgain(type: typeof FAILURE.transient | typeof FAILURE.storeUnavailable, code: string, waitMs: number): ApplicationFailure {
  return plainFailure({ message: code, type, nextRetryDelay: Math.max(waitMs, 1), category: ApplicationFailureCategory.BENIGN });
}

function failureType(state: DeliveryState, reason: ReasonCode | null): string | null {
  switch (state) {
    case 'held':
    case 'skipped':
      return FAILURE.gateShut;
    case 'rejected':
      return FAILURE.refused;
    case 'unknown':
      return FAILURE.mayHaveArrived;
    case 'failed':
      if (reason === 'retries-exhausted') return FAILURE.exhausted;
      return reason === 'permanent-error' ? FAILURE.permanent : FAILURE.ours;
    case 'delivered':
    case 'queued':
    case 'discarded':
    case 'planned':
    case 'delivering':
      return null;
  }
}

/** Without a stack trace: it says nothing about an expected end and would stand in the history for good. */
export function plainFailure(options: Parameters<typeof ApplicationFailure.create>[0]): ApplicationFailure {
  const failure = ApplicationFailure.create(options);
  failure.stack = '';
  return failure;
}
