import { proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities, ReleaseInput } from '../activities/contract.ts';

/** Between two handfuls: a buyer that has just come back is not run over. */
const PAUSE_BETWEEN_HANDFULS_MS = 500;

const { releaseNext } = proxyActivities<Pick<Activities, 'releaseNext'>>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Lets go of what is held for a destination, oldest first, until none remains or its gate has shut again. */
export async function releaseHeld(input: ReleaseInput): Promise<number> {
  let released = 0;
  for (;;) {
    const handful = await releaseNext(input);
    released += handful.released;
    if (!handful.more) return released;
    await sleep(PAUSE_BETWEEN_HANDFULS_MS);
  }
}
