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
const MOST_UNDER_WAY = 50;
/** A sign that takes longer says that Temporal is slow, or was away. */
const LATE_MS = 1_000;

/** Gives a worker's signs of life to its entity workflow until it is closed. */
export class LifeSigns {
  private readonly watch: WorkerWatch;
  private readonly worker: { workflowId: string; identity: string };
  private readonly log: Logger;
  /** With the time at which each was sent. */
  private readonly underWay = new Map<Promise<void>, number>();
  private timer: NodeJS.Timeout | undefined;
  private count = 0;
  /** In a row that nobody asked for. */
  private unwanted = UNWANTED_UNTIL_OPENED;
  private isSilent = false;
  private lastTroubleAtMs = -Infinity;
  private readonly nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(watch: WorkerWatch, worker: { workflowId: string; identity: string }, log: Logger, nowMs: () => number) {
    this.watch = watch;
    this.worker = worker;
    this.log = log;
    this.nowMs = nowMs;
  }

  /** Whether one of the last signs did not reach Temporal, or late: then those of others may not have either, and they are no less alive for it. */
  get hadTrouble(): boolean {
    const nowMs = this.nowMs();
    return nowMs - this.lastTroubleAtMs < TROUBLE_LASTS_MS || [...this.underWay.values()].some((sentAtMs) => nowMs - sentAtMs > LATE_MS);
  }

  start(): void {
    this.timer = setInterval(() => this.giveSign(), EVERY_MS);
    this.giveSign();
  }

  /** `inOrder`: the worker has let go of its last activity, and its entity may end. Otherwise there is silence. */
  async close({ inOrder }: { inOrder: boolean }): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay.keys());
    if (inOrder) await this.watch.end(this.worker.workflowId);
  }

  /** One waits for no other: where Temporal is slow to answer, signs must come no later for it. */
  private giveSign(): void {
    if (this.underWay.size >= MOST_UNDER_WAY) return;
    const sign = this.sendSign().finally(() => this.underWay.delete(sign));
    this.underWay.set(sign, this.nowMs());
  }

  private async sendSign(): Promise<void> {
    const { workflowId, identity } = this.worker;
    const sentAtMs = this.nowMs();
    this.count += 1;
    try {
      if (this.unwanted >= UNWANTED_UNTIL_OPENED) {
        this.unwanted = 0;
        await this.watch.open(workflowId, identity);
      }
      this.unwanted = (await this.watch.beat(workflowId, this.count)) ? 0 : this.unwanted + 1;
      this.isSilent = false;
      if (this.nowMs() - sentAtMs > LATE_MS) this.lastTroubleAtMs = this.nowMs();
    } catch (error) {
      if (!this.isSilent) this.log.warn(describeError(error), 'signs of life do not reach Temporal; they go on');
      this.isSilent = true;
      this.lastTroubleAtMs = this.nowMs();
    }
  }
}
