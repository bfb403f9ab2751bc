import { CompleteAsyncError, type Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import { sideBySide } from '../domain/side-by-side.ts';
import type { Store } from '../store/store.ts';
import { TemporalUnavailable } from '../temporal/engine.ts';
import type { WorkerWatch } from '../temporal/worker-watch.ts';
import type { WorkerInput, WorkerResult } from './contract.ts';

/** A living process gives two signs in it. */
const LOOK_FOR_MS = 1_000;
/** Where Temporal was away a moment ago, a living process may need so long to find it again. */
const LOOK_AFTER_TROUBLE_FOR_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** Looked through side by side. */
const AT_ONCE = 16;
/** Found with nothing begun by deliveries so young: their worker may have been lost before it wrote anything. */
const JUST_ACCEPTED_MS = 60_000;

export interface WorkerWatchDependencies {
  store: { deliveries: Pick<Store['deliveries'], 'workflowsInHand'> };
  watch: WorkerWatch;
  /** Whether this process itself could not reach Temporal a moment ago. */
  hadTrouble: () => boolean;
  clock: () => Date;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  log: Logger;
}

/** What a later try keeps of the signs of life that were seen; the process's own signs are plain numbers. */
interface Seen {
  lastSign: number | null;
}

/**
 * The first try leaves the activity open to the watched process, which gives its signs of life. Another try comes when these were
 * missed: it looks out for one more, and takes up what the process had in its hands when it still is silent. Throws
 * `CompleteAsyncError` where the process lives.
 */
export async function watchWorker(dependencies: WorkerWatchDependencies, { identity }: WorkerInput, activity: Context): Promise<WorkerResult> {
  const { store, watch, clock, log } = dependencies;
  if (activity.info.attempt === 1 || (await isAlive(dependencies, activity))) throw new CompleteAsyncError();
  const workflows = await store.deliveries.workflowsInHand(new Date(clock().getTime() - JUST_ACCEPTED_MS).toISOString());
  let takenUp = 0;
  await sideBySide(workflows, AT_ONCE, async (workflowId) => {
    try {
      takenUp += await watch.takeFrom(workflowId, identity);
    } catch (error) {
      if (error instanceof TemporalUnavailable) throw error;
      // The others must not wait for it; its activities' own heartbeat timeouts find it.
      log.error({ workflowId, ...describeError(error) }, 'what a lost worker had in its hands could not be taken up');
    }
    activity.heartbeat(activity.info.heartbeatDetails);
  });
  log.warn({ worker: identity, takenUp }, 'a worker was lost; what it had in its hands is given to others');
  return { end: 'lost', takenUp };
}

async function isAlive({ watch, hadTrouble, clock, pause }: WorkerWatchDependencies, activity: Context): Promise<boolean> {
  const workflowId = activity.info.workflowExecution?.workflowId ?? '';
  const seen: Seen = { lastSign: lastSignIn(activity.info.heartbeatDetails) };
  const giveUpAtMs = clock().getTime() + (hadTrouble() ? LOOK_AFTER_TROUBLE_FOR_MS : LOOK_FOR_MS);
  while (clock().getTime() < giveUpAtMs) {
    const sign = await watch.lastSign(workflowId);
    if (sign !== null && sign !== seen.lastSign) return true;
    // Of its own, for this try: the last sign stays with it, so that a later try does not take it for a new one.
    activity.heartbeat(seen);
    await pause(LOOK_EVERY_MS, activity.cancellationSignal);
  }
  return false;
}

function lastSignIn(details: unknown): number | null {
  if (typeof details === 'number') return details;
  return typeof details === 'object' && details !== null && 'lastSign' in details && typeof details.lastSign === 'number' ? details.lastSign : null;
}
