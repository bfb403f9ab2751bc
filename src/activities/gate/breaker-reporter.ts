import type { Report, ReportedError } from '../../domain/breaker/report.ts';

/** Sends a report to a buyer's entity; rejects when Temporal cannot be reached. */
export type SendReport = (buyer: string, report: Report) => Promise<void>;

/** Between two reports about one destination, while one is under way or Temporal is away. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Kept while Temporal is away: far more than trips any breaker. */
const MOST_ERRORS = 1_000;

interface Pending {
  errors: ReportedError[];
  lastSuccessAtMs: number | null;
  probe: Report['probe'];
  passedCheckAtMs?: number;
}

/** Who waits to hear whether the report with their news has left. */
type Waiting = (hasLeft: boolean) => void;

interface Channel {
  buyer: string;
  destination: string;
  pending: Pending | null;
  waiting: Waiting[];
  sending: Promise<void> | null;
  /** Errors were reported, or an alert raised, and no success since: the next success is news. */
  owesSuccess: boolean;
}

/**
 * Tells buyers' entities what this worker sees. The first error goes out at once; what comes while a report is under way is
 * gathered into the next. A success is sent only after errors: a healthy buyer costs nothing.
 */
export class BreakerReporter {
  private readonly channels = new Map<string, Channel>();
  private readonly send: SendReport;
  private readonly pause: (ms: number) => Promise<void>;
  private readonly onProblem: (buyer: string, error: unknown) => void;
  private closing = false;

  constructor(send: SendReport, pause: (ms: number) => Promise<void>, onProblem: (buyer: string, error: unknown) => void) {
    this.send = send;
    this.pause = pause;
    this.onProblem = onProblem;
  }

  /** An attempt that ended in an error of the buyer's side, or a health check that failed. `probe` is its number when the attempt was one. */
  error(buyer: string, destination: string, error: ReportedError, probe: number | null): void {
    const channel = this.channel(buyer, destination);
    channel.owesSuccess = true;
    const pending = this.pendingOf(channel);
    pending.errors.push(error);
    if (pending.errors.length > MOST_ERRORS) pending.errors.shift();
    if (probe !== null) pending.probe = { number: probe, result: 'failed' };
    this.flush(channel);
  }

  /**
   * An attempt that the buyer answered, by taking or refusing the lead. Only a taken lead ends a streak of errors: true when it did, or
   * when it ends an alert: `isProblem` says that one is raised for this answer, though no breaker counts it.
   */
  answered(buyer: string, destination: string, answer: { atMs: number; taken: boolean; isProblem?: boolean }, probe: number | null): boolean {
    const channel = this.channel(buyer, destination);
    if (answer.isProblem) channel.owesSuccess = true;
    const isRecovery = answer.taken && channel.owesSuccess;
    if (probe === null && !isRecovery) return false;
    const pending = this.pendingOf(channel);
    if (answer.taken) {
      pending.lastSuccessAtMs = Math.max(pending.lastSuccessAtMs ?? 0, answer.atMs);
      channel.owesSuccess = false;
    }
    if (probe !== null) pending.probe = { number: probe, result: 'answered' };
    this.flush(channel);
    return isRecovery;
  }

  /**
   * A health check that passed after one had failed, whichever process saw that. Resolves after the first try to send it: false when
   * that failed. It is kept and tried again then, but only here: whoever can make it known again must not take it for known.
   */
  passedCheck(buyer: string, destination: string, atMs: number): Promise<boolean> {
    const channel = this.channel(buyer, destination);
    const pending = this.pendingOf(channel);
    pending.passedCheckAtMs = Math.max(pending.passedCheckAtMs ?? 0, atMs);
    return new Promise((resolve) => {
      channel.waiting.push(resolve);
      this.flush(channel);
    });
  }

  /** Resolves when everything was sent or tried once more. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.channels.values()].map((channel) => channel.sending ?? Promise.resolve()));
  }

  private flush(channel: Channel): void {
    channel.sending ??= this.drain(channel);
  }

  private async drain(channel: Channel): Promise<void> {
    while (channel.pending) {
      const report: Report = { destination: channel.destination, ...channel.pending };
      channel.pending = null;
      const waiting = channel.waiting.splice(0);
      try {
        await this.send(channel.buyer, report);
        for (const resolve of waiting) resolve(true);
      } catch (error) {
        for (const resolve of waiting) resolve(false);
        this.onProblem(channel.buyer, error);
        if (this.closing) break;
        this.putBack(channel, report);
        await this.pause(PAUSE_AFTER_FAILURE_MS);
      }
    }
    // At once, not when this promise is heard of: what comes in between would wait for the next report.
    channel.sending = null;
  }

  private putBack(channel: Channel, report: Report): void {
    const pending = this.pendingOf(channel);
    pending.errors = [...report.errors, ...pending.errors];
    pending.lastSuccessAtMs ??= report.lastSuccessAtMs;
    pending.probe ??= report.probe;
    if (report.passedCheckAtMs !== undefined) pending.passedCheckAtMs ??= report.passedCheckAtMs;
  }

  private channel(buyer: string, destination: string): Channel {
    const key = `${buyer}/${destination}`;
    let channel = this.channels.get(key);
    if (!channel) {
      channel = { buyer, destination, pending: null, waiting: [], sending: null, owesSuccess: false };
      this.channels.set(key, channel);
    }
    return channel;
  }

  private pendingOf(channel: Channel): Pending {
    return (channel.pending ??= { errors: [], lastSuccessAtMs: null, probe: null });
  }
}
