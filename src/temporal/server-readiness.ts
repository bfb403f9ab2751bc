import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';

/** How long the embedded server keeps the histories of closed workflows: 30 days. */
export const RETENTION_MS = 30 * 86_400_000;

const LOOK_EVERY_MS = 25;
const REQUEST_TIMEOUT_MS = 5_000;

export type Readiness = { ready: true } | { ready: false; problem: string };

/**
 * Waits until the server answers for the namespace, and sees to it that the namespace keeps histories for 30 days (the
 * dev server makes it with one day and has no flag for it). Gives up at the deadline or when `aborted`.
 */
export async function whenReady(server: { host: string; port: number; namespace: string; deadlineMs: number; aborted: AbortSignal }): Promise<Readiness> {
  const deadline = Date.now() + server.deadlineMs;
  let problem = 'it does not listen';
  while (Date.now() < deadline && !server.aborted.aborted) {
    if (await listens(server.host, server.port)) {
      try {
        await keepHistories(`${server.host.includes(':') ? `[${server.host}]` : server.host}:${String(server.port)}`, server.namespace);
        return { ready: true };
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    await delay(LOOK_EVERY_MS);
  }
  return { ready: false, problem };
}

async function keepHistories(address: string, namespace: string): Promise<void> {
  // Not the worker's kind of connection: that one would install the SDK's runtime, which is the worker's to set up.
  const connection = await Connection.connect({ address, connectTimeout: REQUEST_TIMEOUT_MS });
  try {
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, async () => {
      const { config } = await workflowService.describeNamespace({ namespace });
      // A person may have made it longer.
      if ((optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) >= RETENTION_MS) return;
      await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) } });
    });
  } finally {
    await connection.close();
  }
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
