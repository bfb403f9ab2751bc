/** The task queue that every workflow and activity of Leadrail runs on. */
export const TASK_QUEUE = 'leadrail';

/** Workflow types, as the Temporal UI shows them. */
export const WORKFLOW_TYPES = {
  lead: 'lead',
  redelivery: 'redelivery',
  fanOut: 'fanOut',
  failover: 'failover',
  buyer: 'buyer',
  releaseHeld: 'releaseHeld',
} as const;

/** Signals, as a person writes them to the Temporal CLI: `temporal workflow signal --workflow-id buyer-acme --name pause`. */
export const SIGNALS = {
  pause: 'pause',
  resume: 'resume',
  report: 'report',
  configure: 'configure',
  release: 'release',
} as const;

/** Id of a buyer's entity workflow. */
export function buyerWorkflowId(buyer: string): string {
  return `buyer-${buyer}`;
}

/** Id of the workflow that releases a buyer's held leads: one at a time. */
export function releaseWorkflowId(buyer: string): string {
  return `release-${buyer}`;
}
