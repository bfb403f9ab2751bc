import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { sheet as sheetWorkflow } from '../workflows/index.ts';
import { rowsWaitSignal } from '../workflows/messages.ts';
import { callTemporal } from './call.ts';
import { sheetWorkflowId } from './names.ts';

/** Tells a spreadsheet's workflow that rows wait, and starts it where it does not run. May reject with `TemporalUnavailable`. */
export function createSheetWaker({ client, taskQueue }: { client: Client; taskQueue: string }): (sheet: string) => Promise<void> {
  return async (sheet) => {
    await callTemporal(client, () =>
      client.workflow.signalWithStart<typeof sheetWorkflow>('sheet', {
        workflowId: sheetWorkflowId(sheet),
        taskQueue,
        args: [{ sheet }],
        signal: rowsWaitSignal.name,
        signalArgs: [],
        staticSummary: 'rows of a spreadsheet',
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      }),
    );
  };
}
