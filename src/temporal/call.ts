import { ActivityCompletionError, isGrpcServiceError, type Client } from '@temporalio/client';
import { TemporalUnavailable } from './engine.ts';

/** The client retries a busy server for long: whoever waits for an answer needs an end. */
const CALL_DEADLINE_MS = 5_000;

/** gRPC's numbers of what waiting may mend; anything else is a mistake of ours and must be seen. */
const AWAY: ReadonlySet<number> = new Set([1, 2, 4, 8, 13, 14]);

/** Makes a call to Temporal. Throws `TemporalUnavailable` when no answer comes in time. */
export async function callTemporal<T>(client: Client, make: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + CALL_DEADLINE_MS, make);
  } catch (error) {
    throw isAway(error) ? new TemporalUnavailable('Temporal did not answer', { cause: error }) : error;
  }
}

/** The SDK's clients wrap what gRPC said; that for activities says it as text only, and of every fault but "not found". */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof ActivityCompletionError || (isGrpcServiceError(error) && AWAY.has(error.code)) || isAway(error.cause);
}
