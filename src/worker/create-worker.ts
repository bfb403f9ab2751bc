import { fileURLToPath } from 'node:url';
import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Activities } from '../activities/contract.ts';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: Activities;
  /** How long deliveries in flight may go on after a stop was asked for: longer than the longest HTTP timeout. */
  shutdownGraceMs: number;
}

/** A delivery mostly waits for the other side, which costs a worker almost nothing. */
const DELIVERIES_AT_ONCE = 1_000;
/** Workflows kept in memory: above it, one that goes on is replayed from its history. */
const CACHED_WORKFLOWS = 1_000;

/** The worker that runs Leadrail's workflows and activities. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    activities: { ...options.activities },
    shutdownGraceTime: options.shutdownGraceMs,
    maxConcurrentActivityTaskExecutions: DELIVERIES_AT_ONCE,
    maxConcurrentWorkflowTaskExecutions: 100,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    // Well below the deliveries' heartbeat timeout, so that a slow moment of the server is not taken for a lost worker.
    maxHeartbeatThrottleInterval: 1_000,
  });
}
