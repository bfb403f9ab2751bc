import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Agent } from 'undici';
import { portOrFree } from '../../../src/settings/free-port.ts';
import { findTemporalCli } from '../../../src/temporal/cli.ts';
import { connectTemporal } from '../../../src/temporal/connection.ts';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import { createFloorIntake } from './floor-intake.ts';
import { floorOptionsSchema, type FloorMessage } from './floor-message.ts';
import type { FloorActivities } from './sendings.ts';

/**
 * Bare Temporal in Leadrail's place: the same embedded server with the same flags, client and worker on one connection in one
 * process, the same limits as src/worker/create-worker.ts. Run by `floor-system.ts`; ends in order when that lets it go.
 */
const TASK_QUEUE = 'floor';
const NAMESPACE = 'default';
const CONNECT_DEADLINE_MS = 60_000;

const { dataDir, urls } = floorOptionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const searchPath = process.env['PATH'] ?? '';
// A terminal's Ctrl-C is for the benchmark, which lets go of us.
process.on('SIGINT', () => undefined);
// Before all is started there is nothing to lose; the embedded server ends with its parent.
let end: () => void = () => process.exit(0);
process.once('disconnect', () => end());
Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });

const cli = await findTemporalCli({ searchPath });
if (!cli.ok) throw new Error(cli.message);
const started = await startEmbeddedServer({
  cli: cli.path,
  searchPath,
  dataFile: join(dataDir, 'temporal.db'),
  logFile: join(dataDir, 'temporal.log'),
  namespace: NAMESPACE,
  port: 0,
  uiPort: 0,
  choosePort: portOrFree,
});
if (!started.ok) throw new Error(started.message);
const { server } = started;
const connected = await connectTemporal({ address: server.address, namespace: NAMESPACE }, { deadlineMs: CONNECT_DEADLINE_MS });
if (!connected.ok) throw new Error(connected.message);
const { temporal } = connected;

const agent = new Agent({ connections: 50, pipelining: 1 });
const activities: FloorActivities = {
  send: async ({ url, key, body }) => {
    const response = await agent.request({ ...targetOf(url), method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body });
    await response.body.text();
    if (response.statusCode === 200) return true;
    if (response.statusCode === 422) return false;
    throw new Error(`the sink answered ${response.statusCode}`);
  },
};
const worker = await Worker.create({
  connection: temporal.connection,
  namespace: NAMESPACE,
  taskQueue: TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities: { ...activities },
  maxConcurrentActivityTaskExecutions: 1_000,
  maxConcurrentWorkflowTaskExecutions: 100,
  maxCachedWorkflows: 1_000,
});
const running = worker.run();
const intake = createFloorIntake({ client: temporal.client, taskQueue: TASK_QUEUE, urls });
intake.listen(0, '127.0.0.1');
await once(intake, 'listening');
const listening = intake.address();
if (typeof listening !== 'object' || listening === null) throw new Error('the floor has no port');
end = () => void endInOrder();
process.send?.({ address: `http://127.0.0.1:${listening.port}`, temporalAddress: server.address } satisfies FloorMessage);
await running;

function targetOf(url: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname };
}

async function endInOrder(): Promise<void> {
  intake.close();
  intake.closeAllConnections();
  worker.shutdown();
  await running;
  await agent.close();
  await temporal.close();
  await server.stop();
  process.exit(0);
}
