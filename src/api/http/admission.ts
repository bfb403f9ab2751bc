import type { Logger } from 'pino';
import { Problem } from './problem.ts';

/** Between two lines in the log about calls turned away. */
const LOG_EVERY_MS = 10_000;

/**
 * Lets only so many calls in at once, so that a slow database cannot fill the memory with calls that wait for it. Who comes beyond
 * is told at once to come back in a second: nothing of the call has been read or stored.
 */
export class Admission {
  private readonly most: number;
  private readonly log: Logger;
  private readonly nowMs: () => number;
  private inside = 0;
  private turnedAway = 0;
  private loggedAtMs = -Infinity;

  constructor(most: number, log: Logger, nowMs = () => performance.now()) {
    this.most = most;
    this.log = log;
    this.nowMs = nowMs;
  }

  /** Carries the call out; rejects with a 503 problem instead while as many as may are under way. */
  async admit(carryOut: () => Promise<void>): Promise<void> {
    if (this.inside >= this.most) {
      this.turnedAway += 1;
      this.tell();
      throw new Problem(503, 'Too many leads are being taken at this moment. Nothing of this one was stored; send it again in a second.', {
        headers: { 'retry-after': '1' },
      });
    }
    this.inside += 1;
    try {
      await carryOut();
    } finally {
      this.inside -= 1;
    }
  }

  private tell(): void {
    const now = this.nowMs();
    if (now - this.loggedAtMs < LOG_EVERY_MS) return;
    this.log.warn({ atOnce: this.most, turnedAway: this.turnedAway }, 'intake is full: leads are turned away with 503 until those under way are stored');
    this.loggedAtMs = now;
    this.turnedAway = 0;
  }
}
