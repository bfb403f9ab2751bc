import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portOrFree } from '../../src/settings/free-port.ts';
import { findTemporalCli } from '../../src/temporal/cli.ts';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/temporal/embedded-server.ts';

export interface TestServer {
  server: EmbeddedServer;
  folder: string;
  /** Path of the Temporal CLI. */
  cli: string;
  /** `kill -9`: it is away until `startAgain`. */
  kill(): Promise<void>;
  /** After a `kill`: up again with the same data at the same address. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** The same embedded Temporal server that users run, in a folder of its own, for one test file. */
export async function startTestServer(): Promise<TestServer> {
  const cli = await findTemporalCli({ searchPath: process.env['PATH'] ?? '' });
  if (!cli.ok) throw new Error(cli.message);
  const folder = await mkdtemp(join(tmpdir(), 'leadrail-test-'));
  const dataFile = join(folder, 'temporal.db');
  const options = { cli: cli.path, dataFile, logFile: join(folder, 'temporal.log'), namespace: 'default', port: 0, uiPort: 0, choosePort: portOrFree };
  const started = await startEmbeddedServer(options);
  if (!started.ok) throw new Error(started.message);
  let running = started.server;
  const { address, port, uiPort } = running;
  return {
    server: running,
    folder,
    cli: cli.path,
    kill: async () => {
      process.kill(Number(await readFile(join(folder, 'temporal.pid'), 'utf8')), 'SIGKILL');
      // By itself it would be started again in a moment.
      await running.stop();
    },
    startAgain: async () => {
      const again = await startEmbeddedServer({ ...options, port: port.port, uiPort: uiPort.port });
      if (!again.ok) throw new Error(again.message);
      running = again.server;
      if (running.address !== address) throw new Error(`the Temporal server came back at ${running.address}, not at ${address}`);
    },
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
