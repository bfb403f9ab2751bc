import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** What each part says once it is up. */
const UP = { api: /The API runs: (\S+).*\n/, worker: /A worker runs(?:: (\S+))?.*\n/ };
const KILL_AFTER_MS = 30_000;
/** Ends what the test process can no longer end: its input is a pipe from us, which the system closes when we end. */
const GUARDIAN_PROGRAM = 'while read -r line; do :; done; kill -9 "$1"';

/** How a process ended: a signal of its own choosing has a code. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** `npm run api` or `npm run worker` as a process of its own, against a database and a Temporal server of the test's. */
export class LeadrailPart {
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<Ended>;
  /** Where it listens, as it says. */
  readonly address: string;
  private readonly child: ChildProcess;
  private readonly said: () => string;

  private constructor(child: ChildProcess, address: string, ended: Promise<Ended>, said: () => string) {
    this.child = child;
    this.address = address;
    this.ended = ended;
    this.said = said;
  }

  /** Resolves when the part is up. Fails with all it said when it ends before; a start that fails leaves no process behind. */
  static async start(part: 'api' | 'worker', environment: Record<string, string>): Promise<LeadrailPart> {
    const main = fileURLToPath(new URL(`../../src/${part}.ts`, import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LEADRAIL_PORT: '0', LEADRAIL_WORKER_PORT: '0', LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const guardian = spawn('/bin/sh', ['-c', GUARDIAN_PROGRAM, 'guardian', String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const ended = new Promise<Ended>((resolve) => {
      child.once('exit', (code, signal) => {
        guardian.kill('SIGKILL');
        resolve({ code, signal });
      });
    });
    const address = await until(`the ${part} runs`, () => {
      if (hasEnded(child)) throw new Error(`the ${part} did not start:\n${output}`);
      return UP[part].exec(output);
    }).catch(async (error: unknown) => {
      child.kill('SIGKILL');
      if (!hasEnded(child)) await ended;
      throw error;
    });
    return new LeadrailPart(child, address[1] ?? '', ended, () => output);
  }

  /** Its process id, which Temporal shows in the identity of a worker. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it has written so far, to both outputs. */
  get output(): string {
    return this.said();
  }

  get isRunning(): boolean {
    return !hasEnded(this.child);
  }

  /** Asks it to end, as a deploy does. */
  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** `kill -9`: it gets to say no goodbye. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  /** Ends it in order; what has not ended half a minute later is killed. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.terminate();
    const timer = setTimeout(() => void this.kill(), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
