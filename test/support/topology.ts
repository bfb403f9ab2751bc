import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ApiClient } from './api-client.ts';
import { LeadrailPart } from './leadrail-part.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';
import { startTestServer, type TestServer } from './temporal-server.ts';

/** Leadrail as it runs in production: one PostgreSQL, one Temporal server, and any number of APIs and workers, each a process. */
export interface Topology {
  postgres: PostgresServer;
  temporal: TestServer;
  apis: LeadrailPart[];
  workers: LeadrailPart[];
  /** The admin's client of an API; the first one unless told otherwise. */
  admin(api?: LeadrailPart): ApiClient;
  /** One more worker, up when this resolves. */
  startWorker(): Promise<LeadrailPart>;
  /** The process ids, of the workers given, that have had a hand in these leads, by what Temporal's histories say. */
  workersOf(leadIds: string[], workers: LeadrailPart[]): Promise<Set<number>>;
  /** The process id of the worker that has a lead's delivery in its hands at this moment; null when none has. */
  workerAt(leadId: string, workers: LeadrailPart[]): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts everything on empty databases, APIs and workers all at the same moment. */
export async function startTopology(counts: { apis: number; workers: number }): Promise<Topology> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const unused = await mkdtemp(join(tmpdir(), 'leadrail-topology-'));
    closers.push(() => rm(unused, { recursive: true, force: true }));
    const postgres = await startPostgres();
    closers.push(() => postgres.stop());
    const temporal = await startTestServer();
    closers.push(() => temporal.stop());
    const connection = await Connection.connect({ address: temporal.server.address });
    closers.push(() => connection.close());
    const client = new Client({ connection });

    const adminKey = randomBytes(24).toString('base64url');
    const environment = {
      DATABASE_URL: await postgres.createDatabase('leadrail'),
      TEMPORAL_ADDRESS: temporal.server.address,
      LEADRAIL_ADMIN_KEY: adminKey,
      LEADRAIL_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      LEADRAIL_DATA_DIR: unused,
      LEADRAIL_SHUTDOWN_GRACE: '30s',
      // Down to what the worker's SDK says of its state.
      LEADRAIL_LOG_LEVEL: 'debug',
    };
    const startPart = async (part: 'api' | 'worker') => {
      const started = await LeadrailPart.start(part, environment);
      closers.push(() => started.stop());
      return started;
    };
    const parts = [...Array<'api'>(counts.apis).fill('api'), ...Array<'worker'>(counts.workers).fill('worker')];
    // Also when one does not start, the others have to be known, to be stopped.
    const outcomes = await Promise.allSettled(parts.map(startPart));
    const started = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    const apis = started.slice(0, counts.apis);
    const workers = started.slice(counts.apis);
    const pidOf = (identity: string, known: LeadrailPart[]) => known.find(({ pid }) => identity.startsWith(`${pid}@`))?.pid ?? null;
    return {
      postgres,
      temporal,
      apis,
      workers,
      admin: (api) => new ApiClient((api ?? apis[0])?.address ?? '', adminKey),
      startWorker: () => startPart('worker'),
      workersOf: async (leadIds, known) => {
        const histories = await Promise.all(leadIds.map((id) => client.workflow.getHandle(`lead-${id}`).fetchHistory()));
        const events = histories.flatMap(({ events }) => events ?? []);
        const identities = events.map((event) => (event.activityTaskStartedEventAttributes ?? event.workflowTaskCompletedEventAttributes)?.identity ?? '');
        return new Set(identities.map((identity) => pidOf(identity, known)).filter((pid) => pid !== null));
      },
      workerAt: async (leadId, known) => {
        const { raw } = await client.workflow.getHandle(`lead-${leadId}`).describe();
        const [pending] = raw.pendingActivities ?? [];
        return pidOf(pending?.lastWorkerIdentity ?? '', known);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
