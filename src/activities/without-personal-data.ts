import { CompleteAsyncError, Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import { StoreUnavailable } from '../store/store.ts';
import { TemporalUnavailable } from '../temporal/engine.ts';
import type { Activities } from './contract.ts';
import { plainFailure, tryAgain } from './deliver/conclude.ts';
import { FAILURE } from './contract.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Longer with each try: an outage of hours must not use up the ceiling of attempts. */
function longerEachTry(): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(Context.current().info.attempt - 1, 10), LONGEST_RETRY_MS);
}

/**
 * Wraps activities so that no unexpected error reaches a history with its own text: a driver's message can hold a query's
 * values. Codes go to Temporal; the log gets name, code and stack frames, without the message either.
 */
export function withoutPersonalData(log: Logger, activities: Activities): Activities {
  const guard =
    <Input, Result>(name: string, activity: (input: Input) => Promise<Result>, retryMs = longerEachTry) =>
    async (input: Input): Promise<Result> => {
      try {
        return await activity(input);
      } catch (error) {
        throw expected(error, retryMs) ?? unexpected(log, name, error);
      }
    };
  return {
    firstPass: guard('firstPass', activities.firstPass),
    deliver: guard('deliver', activities.deliver),
    expireHold: guard('expireHold', activities.expireHold),
    giveUp: guard('giveUp', activities.giveUp),
    // Each silence of a living process is a try too: their number says nothing of an outage.
    watchWorker: guard('watchWorker', activities.watchWorker, () => FIRST_RETRY_MS),
    publishGate: guard('publishGate', activities.publishGate),
    releaseNext: guard('releaseNext', activities.releaseNext),
    appendRows: guard('appendRows', activities.appendRows),
  };
}

function expected(error: unknown, retryMs: () => number): Error | null {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || error instanceof CompleteAsyncError) return error;
  if (error instanceof StoreUnavailable) return tryAgain(FAILURE.storeUnavailable, 'the store is away', retryMs());
  if (error instanceof TemporalUnavailable) return tryAgain(FAILURE.storeUnavailable, 'Temporal is away', retryMs());
  return null;
}

function unexpected(log: Logger, activity: string, error: unknown): ApplicationFailure {
  const facts = describeError(error);
  log.error({ activity, ...facts }, 'an activity failed unexpectedly');
  const { name, code } = facts.cause ?? facts;
  return plainFailure({ message: `unexpected ${name}${code === undefined ? '' : ` ${code}`}`, type: 'Internal' });
}
