import { CompleteAsyncError, type Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import { sideBySide } from '../domain/side-by-side.ts';
import type { Store } from '../store/store.ts';
import type { WorkerWatch } from '../temporal/worker-watch.ts';
import { FAILURE, type WorkerInput, type WorkerResult } from './contract.ts';
import { plainFailure } from './deliver/conclude.ts';

/** A living process gives two signs in it. */
const LOOK_FOR_MS = 1_000;
/** Where Temporal was away a moment ago, a living process may need so long to find it again. */
const LOOK_AFTER_TROUBLE_FOR_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** However slow Temporal answers. */
const FEWEST_LOOKS = 5;
const HEARTBEAT_EVERY_MS = 300;
/** Looked through side by side. */
const AT_ONCE = 16;
/** Found with nothing begun by deliveries so young: their worker may have been lost before it wrote anything. */
const JUST_ACCEPTED_MS = 60_000;

export interface WorkerWatchDependencies {
  /** This process's own name at the Temporal server. */
  identity: string;
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
  // Whoever runs this lives.
  if (activity.info.attempt === 1 || identity === dependencies.identity || (await isAlive(dependencies, activity))) throw new CompleteAsyncError();
  const heartbeats = setInterval(() => activity.heartbeat(activity.info.heartbeatDetails), HEARTBEAT_EVERY_MS);
  try {
    return { end: 'lost', takenUp: await takeUp(dependencies, identity, activity) };
  } finally {
    clearInterval(heartbeats);
  }
}

/** What cannot be taken up keeps the others from nothing; then it rejects, and the next try looks after what is left. */
async function takeUp({ store, watch, clock, log }: WorkerWatchDependencies, identity: string, activity: Context): Promise<number> {
  const workflows = await store.deliveries.workflowsInHand(new Date(clock().getTime() - JUST_ACCEPTED_MS).toISOString());
  let takenUp = 0;
  let failed = 0;
  await sideBySide(workflows, AT_ONCE, async (workflowId) => {
    // Another try has taken over.
    if (activity.cancellationSignal.aborted) return;
    try {
      takenUp += await watch.takeFrom(workflowId, identity);
    } catch (error) {
      failed += 1;
      log.warn({ workflowId, ...describeError(error) }, 'what a lost worker had in its hands could not be taken up yet');
    }
  });
  log.warn({ worker: identity, takenUp }, 'a worker was lost; what it had in its hands is given to others');
  if (failed > 0) throw plainFailure({ message: `${failed} workflows are left`, type: FAILURE.workerLost, nextRetryDelay: 1_000 });
  return takenUp;
}

async function isAlive({ watch, hadTrouble, clock, pause }: WorkerWatchDependencies, activity: Context): Promise<boolean> {
  const workflowId = activity.info.workflowExecution?.workflowId ?? '';
  const seen: Seen = { lastSign: lastSignIn(activity.info.heartbeatDetails) };
  const giveUpAtMs = clock().getTime() + (hadTrouble() ? LOOK_AFTER_TROUBLE_FOR_MS : LOOK_FOR_MS);
  for (let looks = 0; looks < FEWEST_LOOKS || clock().getTime() < giveUpAtMs; looks += 1) {
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
