import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Arrivals } from './arrivals.ts';
import { sinkMessageSchema } from './sink-message.ts';

const PROGRAM = fileURLToPath(new URL('sink-process.ts', import.meta.url));

/** The buyers' systems, in a process of their own: they share no event loop with what is measured, or with the load. */
export class Sink {
  readonly arrivals: Arrivals;
  /** Without a path: each buyer has its own. */
  readonly address: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number, arrivals: Arrivals) {
    this.child = child;
    this.address = `http://127.0.0.1:${port}`;
    this.arrivals = arrivals;
  }

  /** `onLost` is called when it ends by itself. Rejects when it does so before it listens. */
  static async start(onLost: (error: Error) => void): Promise<Sink> {
    const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const arrivals = new Arrivals();
    const port = await new Promise<number>((resolve, reject) => {
      child.on('message', (raw) => {
        const message = sinkMessageSchema.parse(raw);
        if (message.type === 'listening') resolve(message.port);
        else for (const arrival of message.arrivals) arrivals.add(arrival);
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        const error = new Error(`the sink ended by itself, with code ${String(code)}`);
        reject(error);
        if (child.connected || code !== 0) onLost(error);
      });
    });
    return new Sink(child, port, arrivals);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
