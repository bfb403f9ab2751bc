import type { Client } from '@temporalio/client';
import { leadWorkflowId } from '../../../src/domain/delivery/workflow-id.ts';
import { average } from '../figures.ts';

/** What a lead costs Temporal, its children included: counts, or averages of them. */
export interface HistorySize {
  workflows: number;
  events: number;
  /** WORKFLOW_TASK_COMPLETED. */
  workflowTasks: number;
  /** ACTIVITY_TASK_SCHEDULED. */
  activities: number;
}

/** Resolves when a lead's workflow has ended. */
export async function leadEnded(client: Client, leadId: string): Promise<void> {
  await client.workflow.getHandle(leadWorkflowId(leadId)).result();
}

/** The average over some leads whose workflows have ended. */
export async function averageHistory(client: Client, leadIds: readonly string[]): Promise<HistorySize> {
  const sizes = await Promise.all(leadIds.map((leadId) => sizeOf(client, leadWorkflowId(leadId))));
  const of = (count: keyof HistorySize) => average(sizes.map((size) => size[count]));
  return { workflows: of('workflows'), events: of('events'), workflowTasks: of('workflowTasks'), activities: of('activities') };
}

async function sizeOf(client: Client, workflowId: string): Promise<HistorySize> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const size: HistorySize = { workflows: 1, events: 0, workflowTasks: 0, activities: 0 };
  for (const event of events ?? []) {
    size.events += 1;
    if (event.workflowTaskCompletedEventAttributes) size.workflowTasks += 1;
    if (event.activityTaskScheduledEventAttributes) size.activities += 1;
    const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
    if (child) add(size, await sizeOf(client, child));
  }
  return size;
}

function add(sum: HistorySize, more: HistorySize): void {
  sum.workflows += more.workflows;
  sum.events += more.events;
  sum.workflowTasks += more.workflowTasks;
  sum.activities += more.activities;
}
