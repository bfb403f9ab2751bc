import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Arrivals } from './arrivals.ts';
import type { Door } from './doors.ts';
import { HeldRequests } from './held-requests.ts';
import { sinkMessageSchema, type SinkCommand, type SinkEvent } from './sink-message.ts';

const PROGRAM = fileURLToPath(new URL('sink-process.ts', import.meta.url));

/** The buyers' systems, in a process of their own: they share no event loop with what is measured, or with the load. */
export class Sink {
  readonly arrivals = new Arrivals();
  readonly requests = new HeldRequests();
  private readonly child: ChildProcess;
  private ports: Record<string, number> = {};

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  /** `onLost` is called when it ends by itself. Rejects when it does so before it listens. */
  static async start(doors: readonly Door[], onLost: (error: Error) => void): Promise<Sink> {
    const child = fork(PROGRAM, [JSON.stringify(doors)], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const sink = new Sink(child);
    await new Promise<void>((resolve, reject) => {
      child.on('message', (raw) => {
        const message = sinkMessageSchema.parse(raw);
        if (message.type === 'listening') {
          sink.ports = message.ports;
          resolve();
        } else for (const event of message.events) sink.note(event);
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        const error = new Error(`the sink ended by itself, with code ${String(code)}`);
        reject(error);
        if (child.connected || code !== 0) onLost(error);
      });
    });
    return sink;
  }

  /** Where a door's buyer takes leads. */
  url(door: string): string {
    const port = this.ports[door];
    if (port === undefined) throw new Error(`the sink has no door ${door}`);
    return `http://127.0.0.1:${port}/leads`;
  }

  /** Doors that hold answer what they hold and, until `hold`, what comes. */
  release(): void {
    this.tell('release');
  }

  /** Doors that hold do so again, as they do from the start. */
  hold(): void {
    this.tell('hold');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  private tell(command: SinkCommand): void {
    this.child.send(command);
  }

  private note(event: SinkEvent): void {
    switch (event.event) {
      case 'arrived':
        this.arrivals.add(event);
        break;
      case 'held':
        this.requests.held(event);
        break;
      case 'letGo':
        this.requests.letGo(event);
        break;
    }
  }
}
