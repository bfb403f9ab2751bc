import { condition, continueAsNew, proxyActivities, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { Activities, SheetInput } from '../activities/contract.ts';
import { rowsWaitSignal } from './messages.ts';

/** Between two requests to one spreadsheet: what comes meanwhile goes together. */
const BETWEEN_BATCHES_MS = 1_500;
/** Until the next try when Google is in trouble, doubled each time up to the longest: shorter than a lead waits for its row. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A spreadsheet without leads keeps no workflow: the next row starts another one. */
const IDLE_MS = 600_000;

const { appendRows } = proxyActivities<Pick<Activities, 'appendRows'>>({
  // A batch waits for the account's turn too.
  startToCloseTimeout: '5m',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

/** Who writes into one spreadsheet: rows wait in the store, are counted by nobody's signals, and go together in few requests. */
export async function sheet(input: SheetInput): Promise<void> {
  let isWoken = false;
  let waitMs = FIRST_WAIT_MS;
  setHandler(rowsWaitSignal, () => {
    isWoken = true;
  });
  while (!workflowInfo().continueAsNewSuggested) {
    isWoken = false;
    const { next, retryAfterMs } = await appendRows(input);
    if (next === 'hindered') {
      await sleep(Math.max(waitMs, retryAfterMs), { summary: 'Google is in trouble, or at its limit' });
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      continue;
    }
    waitMs = FIRST_WAIT_MS;
    if (next === 'more') await sleep(BETWEEN_BATCHES_MS);
    else if (!(await condition(() => isWoken, IDLE_MS))) return;
  }
  await continueAsNew<typeof sheet>(input);
}
