import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_TEMPORAL_PORT } from '../../src/temporal/embedded-server.ts';
import { ApiClient } from './api-client.ts';
import { until } from './until.ts';

const START = fileURLToPath(new URL('../../src/start.ts', import.meta.url));
const KILL_AFTER_MS = 30_000;

/** `npm start` as a process of its own, for tests that kill it. */
export class LeadrailProcess {
  readonly api: ApiClient;
  private readonly child: ChildProcess;
  private readonly temporalPidFile: string;
  private readonly said: () => string;
  private stopping = false;

  private constructor(child: ChildProcess, api: ApiClient, dataDir: string, said: () => string) {
    this.child = child;
    this.api = api;
    this.said = said;
    this.temporalPidFile = join(dataDir, 'temporal.pid');
  }

  /** Port 0 takes a free one. A start that fails, or that `signal` ends, leaves no process behind. */
  static async start(dataDir: string, port: number, { signal, environment = {} }: { signal?: AbortSignal; environment?: Record<string, string> } = {}): Promise<LeadrailProcess> {
    let output = '';
    const child = spawn(process.execPath, ['--import', 'tsx', START], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        LEADRAIL_DATA_DIR: dataDir,
        LEADRAIL_PORT: String(port),
        LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8',
        LEADRAIL_LOG_LEVEL: 'error',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    try {
      const address = await until('Leadrail runs', () => {
        signal?.throwIfAborted();
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Leadrail did not start:\n${output}`);
        return /Leadrail runs: (\S+)/.exec(output)?.[1];
      });
      const adminKey = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim();
      return new LeadrailProcess(child, new ApiClient(address, adminKey), dataDir, () => output);
    } catch (error) {
      await ended(child, 'SIGTERM', KILL_AFTER_MS);
      throw error;
    }
  }

  /** What it has written so far, to both outputs. */
  get output(): string {
    return this.said();
  }

  /** `host:port` of its Temporal server: the usual port, unless it has said that this one was taken. */
  get temporalAddress(): string {
    const replaced = new RegExp(`Port ${DEFAULT_TEMPORAL_PORT} is taken; Temporal uses (\\d+)`).exec(this.output)?.[1];
    return `127.0.0.1:${replaced ?? DEFAULT_TEMPORAL_PORT}`;
  }

  /** Calls back when the process ends without having been told to. */
  onEnd(react: () => void): void {
    this.child.once('exit', () => {
      if (!this.stopping) react();
    });
  }

  /** `kill -9` for Leadrail and for its Temporal server: nothing gets to say goodbye. */
  async killEverything(): Promise<void> {
    const temporalPid = Number(/\d+/.exec(await readFile(this.temporalPidFile, 'utf8'))?.[0]);
    this.stopping = true;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    if (temporalPid > 1) process.kill(temporalPid, 'SIGKILL');
    await exit;
  }

  /** With `killAfterMs`, what has not ended by then is killed; its Temporal server ends with it. */
  async stop({ killAfterMs }: { killAfterMs?: number } = {}): Promise<void> {
    this.stopping = true;
    await ended(this.child, 'SIGTERM', killAfterMs);
  }
}

/** Sends a signal, and resolves when the process has ended. */
async function ended(child: ChildProcess, signal: NodeJS.Signals, killAfterMs?: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await exit;
  clearTimeout(timer);
}
