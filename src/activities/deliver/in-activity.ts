import type { Context } from '@temporalio/activity';
import type { DeliveryContext, RememberedEnd } from './dependencies.ts';

/** Twice within the heartbeat timeout, and no oftener: with a thousand in flight each is a write at the Temporal server. */
const HEARTBEAT_EVERY_MS = 14_000;

/** Runs a delivery inside its Temporal activity: heartbeats while it lasts, for when the watch over its worker misses it. */
export async function inActivity<T>(activity: Context, work: (context: DeliveryContext) => Promise<T>): Promise<T> {
  const { workflowExecution } = activity.info;
  const details: unknown = activity.info.heartbeatDetails;
  const remembered = Array.isArray(details) ? details.filter(isRememberedEnd) : [];
  let current = remembered;
  const timer = setInterval(() => activity.heartbeat(current), HEARTBEAT_EVERY_MS);
  try {
    return await work({
      workflowId: workflowExecution?.workflowId ?? '',
      signal: activity.cancellationSignal,
      tryNumber: activity.info.attempt,
      remembered,
      remember: (end) => {
        current = [...current.filter(({ deliveryId }) => deliveryId !== end.deliveryId), end];
        activity.heartbeat(current);
      },
    });
  } finally {
    clearInterval(timer);
  }
}

function isRememberedEnd(details: unknown): details is RememberedEnd {
  return typeof details === 'object' && details !== null && 'deliveryId' in details && 'attempt' in details && 'outcome' in details && 'finishedAt' in details;
}
