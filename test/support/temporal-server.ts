import { mkdtemp, rm } from 'node:fs/promises';
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
  const { server } = started;
  return {
    server,
    folder,
    cli: cli.path,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
