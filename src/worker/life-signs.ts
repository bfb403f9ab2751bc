import type { Logger } from 'pino';
import { describeError } from '../domain/describe-error.ts';
import type { WorkerWatch } from '../temporal/worker-watch.ts';

/** Often enough that several are missed before a process counts as silent (`workflows/worker.ts`). */
const EVERY_MS = 400;
/** Signs in a row that nobody asked for, until the entity is taken for gone and started anew. */
const UNWANTED_UNTIL_OPENED = 10;
/** Connections come back one after the other. */
const TROUBLE_LASTS_MS = 10_000;
/** Sent and not answered. */
const MOST_UNDER_WAY = 10;

/** Gives a worker's signs of life to its entity workflow until it is closed. */
export class LifeSigns {
  private readonly watch: WorkerWatch;
  private readonly worker: { workflowId: string; identity: string };
  private readonly log: Logger;
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private count = 0;
  /** In a row that nobody asked for. */
  private unwanted = UNWANTED_UNTIL_OPENED;
  private isSilent = false;
  private lastFailureAtMs = -Infinity;
  private readonly nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(watch: WorkerWatch, worker: { workflowId: string; identity: string }, log: Logger, nowMs: () => number) {
    this.watch = watch;
    this.worker = worker;
    this.log = log;
    this.nowMs = nowMs;
  }

  /** Whether one of the last signs did not reach Temporal: then those of others may not have either, and they are no less alive for it. */
  get hadTrouble(): boolean {
    return this.nowMs() - this.lastFailureAtMs < TROUBLE_LASTS_MS;
  }

  start(): void {
    this.timer = setInterval(() => this.giveSign(), EVERY_MS);
    this.giveSign();
  }

  /** After the worker has let go of its last activity. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
    await this.watch.end(this.worker.workflowId);
  }

  /** One waits for no other: where Temporal is slow to answer, signs must come no later for it. */
  private giveSign(): void {
    if (this.underWay.size >= MOST_UNDER_WAY) return;
    const sign = this.sendSign().finally(() => this.underWay.delete(sign));
    this.underWay.add(sign);
  }

  private async sendSign(): Promise<void> {
    const { workflowId, identity } = this.worker;
    this.count += 1;
    try {
      if (this.unwanted >= UNWANTED_UNTIL_OPENED) {
        this.unwanted = 0;
        await this.watch.open(workflowId, identity);
      }
      this.unwanted = (await this.watch.beat(workflowId, this.count)) ? 0 : this.unwanted + 1;
      this.isSilent = false;
    } catch (error) {
      if (!this.isSilent) this.log.warn(describeError(error), 'signs of life do not reach Temporal; they go on');
      this.isSilent = true;
      this.lastFailureAtMs = this.nowMs();
    }
  }
}
