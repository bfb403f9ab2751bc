import type { Context } from '@temporalio/activity';

const HEARTBEAT_EVERY_MS = 1_000;

/** Runs the writing of a batch inside its Temporal activity: a lost worker is noticed within seconds, for all rows wait for this one. */
export async function inAppending<T>(activity: Context, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timer = setInterval(() => activity.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work(activity.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
