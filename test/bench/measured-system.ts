import type { Client } from '@temporalio/client';

/** What is put under load: Leadrail, or bare Temporal workflows in its place. Both take a lead by `POST /v1/leads`. */
export interface MeasuredSystem {
  /** Of the HTTP API. */
  address: string;
  intakeKey: string;
  temporal: Client;
  processes: SystemProcesses;
}

/** Process ids. */
export interface SystemProcesses {
  /** API and worker. */
  node: number;
  /** The Temporal server; where the command is a script around the server, the script. */
  temporal: number;
}
