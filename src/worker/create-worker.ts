import { Worker, type NativeConnection, type WorkerInterceptors } from '@temporalio/worker';
import type { Activities } from '../activities/contract.ts';
import { activityLogContext } from '../log-context/activity-log-context.ts';
import type { WorkerTracing } from '../tracing/tracing.ts';
import { workflowModules, workflowSource } from './workflow-bundle.ts';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** The worker's name at the Temporal server: new with each start, so that a lost process is never taken for the one after it. */
  identity: string;
  activities: Activities;
  /** How long deliveries in flight may go on after a stop was asked for: longer than the longest HTTP timeout. */
  shutdownGraceMs: number;
  /** Absent: tracing is off, and the workflows have none of it inside. */
  tracing?: WorkerTracing | undefined;
}

/** A delivery mostly waits for the other side, which costs a worker almost nothing. */
const DELIVERIES_AT_ONCE = 1_000;
/** Workflows kept in memory: above it, one that goes on is replayed from its history. */
const CACHED_WORKFLOWS = 1_000;

/** The worker that runs Leadrail's workflows and activities. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { tracing } = options;
  const source = workflowSource({ traced: tracing !== undefined });
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    identity: options.identity,
    ...source,
    interceptors: interceptors(tracing, 'workflowsPath' in source),
    ...(tracing === undefined ? {} : { sinks: tracing.sinks }),
    activities: { ...options.activities },
    shutdownGraceTime: options.shutdownGraceMs,
    // What an activity remembers by its heartbeat must not lie here for long.
    maxHeartbeatThrottleInterval: 1_000,
    maxConcurrentActivityTaskExecutions: DELIVERIES_AT_ONCE,
    maxConcurrentWorkflowTaskExecutions: 100,
    maxCachedWorkflows: CACHED_WORKFLOWS,
  });
}

/** A bundle has its interceptors inside; sources are told of them. */
function interceptors(tracing: WorkerTracing | undefined, isBundledAtStart: boolean): WorkerInterceptors {
  return {
    activity: [activityLogContext, ...(tracing?.activityInterceptors ?? [])],
    ...(tracing !== undefined && isBundledAtStart ? { workflowModules: workflowModules({ traced: true }).workflowInterceptorModules } : {}),
  };
}
