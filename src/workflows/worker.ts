import { proxyActivities } from '@temporalio/workflow';
import type { Activities, WorkerInput, WorkerResult } from '../activities/contract.ts';

/** Of a process that is alive several signs come in this time. */
const SILENCE_MS = 1_500;

const { watchWorker } = proxyActivities<Pick<Activities, 'watchWorker'>>({
  // As long as a process may live. The watched process gives the signs of life of this activity itself (`worker/life-signs.ts`).
  startToCloseTimeout: '3650 days',
  heartbeatTimeout: SILENCE_MS,
  // Tried again by another worker as soon as the process is silent, without a workflow task: that would wait for the sticky queue of the lost one.
  retry: { initialInterval: 100, maximumInterval: 1_000 },
});

/**
 * One worker process, for as long as it lives: one heartbeat for all that it has in its hands. When it is lost, its running
 * activities are given to others at once, instead of each waiting for a heartbeat timeout of its own.
 */
export async function worker({ identity }: WorkerInput): Promise<WorkerResult> {
  return watchWorker.executeWithOptions({ summary: identity }, [{ identity }]);
}
