import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';

/** Between two sweeps, unless told otherwise. */
const EVERY_MS = 10_000;
/** After a sweep that says `more`. */
const SOON_MS = 1_000;

/** Repeats a sweep until it is closed, sooner when it says that there is `more`; one that fails is logged and repeated. */
export class Sweeper {
  private readonly sweep: () => Promise<unknown>;
  private readonly log: Logger;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(sweep: () => Promise<unknown>, log: Logger, everyMs = EVERY_MS) {
    this.everyMs = everyMs;
    this.sweep = sweep;
    this.log = log;
  }

  /** Sweeps at once, then again and again. */
  start(): void {
    this.running = this.once();
  }

  /** Resolves when a sweep under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async once(): Promise<void> {
    let waitMs = this.everyMs;
    try {
      if ((await this.sweep()) === 'more') waitMs = Math.min(SOON_MS, this.everyMs);
    } catch (error) {
      this.log.warn(describeError(error), 'a sweep failed; it is repeated');
    }
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.running = this.once();
    }, waitMs);
  }
}
