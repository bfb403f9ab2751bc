/** The task queue that every workflow and activity of Leadrail runs on. */
export const TASK_QUEUE = 'leadrail';

/** Id of a buyer's entity workflow. */
export function buyerWorkflowId(buyer: string): string {
  return `buyer-${buyer}`;
}
