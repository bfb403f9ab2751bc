import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient } from './api-client.ts';
import { until } from './until.ts';

const START = fileURLToPath(new URL('../../src/start.ts', import.meta.url));

/** `npm start` as a process of its own, for tests that kill it. */
export class LeadrailProcess {
  readonly api: ApiClient;
  private readonly child: ChildProcess;
  private readonly temporalPidFile: string;

  private constructor(child: ChildProcess, api: ApiClient, dataDir: string) {
    this.child = child;
    this.api = api;
    this.temporalPidFile = join(dataDir, 'temporal.pid');
  }

  static async start(dataDir: string, port: number): Promise<LeadrailProcess> {
    let output = '';
    const child = spawn(process.execPath, ['--import', 'tsx', START], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        LEADRAIL_DATA_DIR: dataDir,
        LEADRAIL_PORT: String(port),
        LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8',
        LEADRAIL_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const address = await until('Leadrail runs', () => {
      if (child.exitCode !== null) throw new Error(`Leadrail did not start:\n${output}`);
      return /Leadrail runs: (\S+)/.exec(output)?.[1];
    });
    const adminKey = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim();
    return new LeadrailProcess(child, new ApiClient(address, adminKey), dataDir);
  }

  /** `kill -9` for Leadrail and for its Temporal server: nothing gets to say goodbye. */
  async killEverything(): Promise<void> {
    const temporalPid = Number(/\d+/.exec(await readFile(this.temporalPidFile, 'utf8'))?.[0]);
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    if (temporalPid > 1) process.kill(temporalPid, 'SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
