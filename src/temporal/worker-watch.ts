import { ActivityNotFoundError, isGrpcServiceError, WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import { FAILURE, type WorkerResult } from '../activities/contract.ts';
import type { worker as workerWorkflow } from '../workflows/index.ts';
import { callTemporal } from './call.ts';

/** The entity workflow of one worker process, and what Temporal knows of the activities that a worker has in its hands. */
export interface WorkerWatch {
  /** Starts the entity, unless it runs. */
  open(workflowId: string, identity: string): Promise<void>;
  /** One more sign of life, counted up. False when nobody asks for it: the entity is not there, or between two tries. */
  beat(workflowId: string, count: number): Promise<boolean>;
  /** Ends the entity: the process stops in order. */
  end(workflowId: string): Promise<void>;
  /** The number of the last sign of life; null where the last heartbeat was none of the process's. */
  lastSign(workflowId: string): Promise<number | null>;
  /** Fails the activities of a workflow and its children that a worker had in its hands, so that another takes them up at once. Gives their number. */
  takeFrom(workflowId: string, identity: string): Promise<number>;
}

/** A workflow's first activity. */
const WATCH_ACTIVITY_ID = '1';

/** A process's entity on a Temporal server. Every call may reject with `TemporalUnavailable`. */
export function createWorkerWatch({ client, taskQueue }: { client: Client; taskQueue: string }): WorkerWatch {
  const call = <T>(make: () => Promise<T>) => callTemporal(client, make);
  const watchOf = (workflowId: string) => ({ workflowId, activityId: WATCH_ACTIVITY_ID });

  async function describe(workflowId: string): Promise<WorkflowExecutionDescription['raw'] | null> {
    try {
      return (await call(() => client.workflow.getHandle(workflowId).describe())).raw;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async function takeFrom(workflowId: string, identity: string): Promise<number> {
    const description = await describe(workflowId);
    const inHand = inHandOf(description, identity);
    // Its workflow tasks would wait for the lost worker, who had it in its memory.
    if (inHand.length > 0 || (description?.pendingChildren ?? []).length > 0) await forgetSticky(workflowId);
    let taken = 0;
    for (const activityId of inHand) {
      // Failing goes by the id alone: looked at once more, so that nobody else's is hit who has it by now.
      const isStill = inHandOf(await describe(workflowId), identity).includes(activityId);
      if (isStill && (await isTrue(call(() => client.activity.fail({ workflowId, activityId }, lost()))))) taken += 1;
    }
    for (const child of description?.pendingChildren ?? []) if (child.workflowId) taken += await takeFrom(child.workflowId, identity);
    return taken;
  }

  async function forgetSticky(workflowId: string): Promise<void> {
    try {
      await call(() => client.workflowService.resetStickyTaskQueue({ namespace: client.options.namespace, execution: { workflowId } }));
    } catch (error) {
      // It has ended meanwhile.
      if (!isGrpcServiceError(error) || !GONE.has(error.code)) throw error;
    }
  }

  return {
    async open(workflowId, identity) {
      await call(() =>
        client.workflow.start<typeof workerWorkflow>('worker', {
          workflowId,
          taskQueue,
          args: [{ identity }],
          staticSummary: `the process ${identity}`,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        }),
      );
    },
    beat: (workflowId, count) => isTrue(call(() => client.activity.heartbeat(watchOf(workflowId), count))),
    async end(workflowId) {
      const result: WorkerResult = { end: 'stopped', takenUp: 0 };
      await isTrue(call(() => client.activity.complete(watchOf(workflowId), result)));
    },
    async lastSign(workflowId) {
      const pending = (await describe(workflowId))?.pendingActivities?.find(({ activityId }) => activityId === WATCH_ACTIVITY_ID);
      const payload = pending?.heartbeatDetails?.payloads?.[0];
      const details: unknown = payload ? defaultPayloadConverter.fromPayload(payload) : null;
      return typeof details === 'number' ? details : null;
    },
    takeFrom,
  };
}

/** `PendingActivityState` on the wire. */
const STARTED = 2;
/** gRPC's number of what is not found. */
const GONE: ReadonlySet<number> = new Set([5]);

/** Ids of the activities that a worker has in its hands. */
function inHandOf(description: WorkflowExecutionDescription['raw'] | null, identity: string): string[] {
  return (description?.pendingActivities ?? []).flatMap(({ activityId, lastWorkerIdentity, state }) =>
    lastWorkerIdentity === identity && Number(state) === STARTED && activityId ? [activityId] : [],
  );
}

/** False where there is no such activity any more. */
async function isTrue(done: Promise<unknown>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return false;
    throw error;
  }
}

function lost(): ApplicationFailure {
  const failure = ApplicationFailure.create({ message: 'the worker was lost', type: FAILURE.workerLost, nextRetryDelay: 1 });
  failure.stack = '';
  return failure;
}
