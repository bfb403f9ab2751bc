import { hostname } from 'node:os';

/** The task queue that every workflow and activity of Leadrail runs on. */
export const TASK_QUEUE = 'leadrail';

/** Id of a buyer's entity workflow. */
export function buyerWorkflowId(buyer: string): string {
  return `buyer-${buyer}`;
}

/** Id of the entity workflow that writes into one spreadsheet. */
export function sheetWorkflowId(sheet: string): string {
  return `sheet-${sheet}`;
}

/** Id of the entity workflow of one worker process. `start` is new with each start of a process. */
export function workerWorkflowId(start: string): string {
  return `worker-${start}`;
}

/** A worker's name at the Temporal server: process id and host as the SDK's own, and what no other start of a process has. */
export function workerIdentity(start: string): string {
  return `${process.pid}@${hostname()} ${start}`;
}
