import type { Recorder, SweepName } from './recorder.ts';

/** Runs a sweep and counts how it ended. Rejects as the sweep does. */
export async function countSweep<T>(metrics: Pick<Recorder, 'swept'>, sweep: SweepName, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    metrics.swept(sweep, 'ok');
    return result;
  } catch (error) {
    metrics.swept(sweep, 'failed');
    throw error;
  }
}
