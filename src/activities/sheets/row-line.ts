import type { Logger } from 'pino';
import type { RowEnd, RowOrder, RowQueue } from '../../channels/rows.ts';
import { describeError } from '../../domain/describe-error.ts';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { SheetRowStanding, SheetRowStore } from '../../store/store.ts';
import { sheetDigest, writeRowContent } from './row-content.ts';
import { Wakes } from './wakes.ts';

const LOOK_EVERY_MS = 250;
/** Beyond the destination's timeout, for its turn: others are before it. Within the time that is left for recording an attempt. */
const PATIENCE_MS = 30_000;
/** A workflow that was ended by hand, or a Temporal that came back empty. */
const WAKE_AGAIN_EVERY_MS = 5_000;

export interface RowLineDependencies {
  store: SheetRowStore;
  /** Tells a spreadsheet's workflow that rows wait. */
  wake: (sheet: string) => Promise<void>;
  pause: (ms: number) => Promise<void>;
  nowMs: () => number;
  log: Logger;
}

interface Waiting {
  deliveryId: string;
  sheet: string;
  look: (standing: SheetRowStanding) => void;
}

/**
 * Where this worker's rows wait: each is put into the store, its spreadsheet's workflow is told, and one look at the store every
 * quarter of a second sees for all of them what has become of them.
 */
export class RowLine {
  private readonly dependencies: RowLineDependencies;
  private readonly waiting = new Set<Waiting>();
  private readonly wakes: Wakes;
  private looking: Promise<void> | null = null;

  constructor(dependencies: RowLineDependencies) {
    this.dependencies = dependencies;
    this.wakes = new Wakes(dependencies);
  }

  /** The line as a destination's channel sees it. */
  of(buyer: string, destination: string): RowQueue {
    return { append: (order) => this.append(buyer, destination, order) };
  }

  private async append(buyer: string, destination: string, order: RowOrder): Promise<RowEnd> {
    const { address, deliveryId, timeoutMs, signal } = order;
    const sheet = sheetDigest(address);
    if (sheet === null) return { end: 'error', error: UNREADABLE_KEY };
    const standing = await this.dependencies.store.add({ deliveryId, buyer, destination, sheet, tab: address.sheet, content: writeRowContent(order) });
    const end = endOf(standing);
    if (end) return end;
    this.wakes.wake(sheet);
    const seen = await this.settled(sheet, deliveryId, timeoutMs, signal);
    if (seen) return seen;
    if (signal.aborted) return { end: 'error', error: INTERRUPTED };
    return this.giveUp(deliveryId, timeoutMs);
  }

  /** How a row ends; null when that takes too long, or the worker has to let go. */
  private async settled(sheet: string, deliveryId: string, timeoutMs: number, signal: AbortSignal): Promise<RowEnd | null> {
    const beganMs = this.dependencies.nowMs();
    let troubledSinceMs: number | null = null;
    let resolve: (end: RowEnd | null) => void = () => undefined;
    const promise = new Promise<RowEnd | null>((settle) => (resolve = settle));
    signal.addEventListener('abort', () => resolve(null), { once: true });
    const waiting: Waiting = {
      deliveryId,
      sheet,
      look: (standing) => {
        const end = endOf(standing);
        if (end) resolve(end);
        const nowMs = this.dependencies.nowMs();
        troubledSinceMs = isInTrouble(standing) ? (troubledSinceMs ?? nowMs) : null;
        if (nowMs - (troubledSinceMs ?? nowMs) > timeoutMs || nowMs - beganMs > timeoutMs + PATIENCE_MS) resolve(null);
      },
    };
    this.waiting.add(waiting);
    this.looking ??= this.look();
    try {
      return signal.aborted ? null : await promise;
    } finally {
      this.waiting.delete(waiting);
    }
  }

  /** Looks after all that wait, for as long as any does. */
  private async look(): Promise<void> {
    const { store, pause, log, nowMs } = this.dependencies;
    let wokenMs = nowMs();
    while (this.waiting.size > 0) {
      await pause(LOOK_EVERY_MS);
      try {
        // Whoever comes while the store is asked is not in its answer.
        const asked = [...this.waiting];
        const standings = await store.standings([...new Set(asked.map(({ deliveryId }) => deliveryId))]);
        for (const waiting of asked) waiting.look(standings.get(waiting.deliveryId) ?? GONE);
      } catch (error) {
        log.warn(describeError(error), 'nobody can see how far rows for spreadsheets are until the store answers');
      }
      if (nowMs() - wokenMs < WAKE_AGAIN_EVERY_MS) continue;
      wokenMs = nowMs();
      for (const sheet of new Set([...this.waiting].map((waiting) => waiting.sheet))) this.wakes.wake(sheet);
    }
    this.looking = null;
  }

  /** Takes a row back that was not sent, so that nobody writes it while the lead goes elsewhere; one that was sent may be there. */
  private async giveUp(deliveryId: string, timeoutMs: number): Promise<RowEnd> {
    const { store } = this.dependencies;
    const before = (await store.standings([deliveryId])).get(deliveryId) ?? GONE;
    const trouble = 'error' in before ? before.error : null;
    if (await store.withdraw(deliveryId)) return { end: 'error', error: notSent(trouble, timeoutMs) };
    const standing = (await store.standings([deliveryId])).get(deliveryId) ?? GONE;
    return endOf(standing) ?? { end: 'error', error: perhapsSent(trouble, timeoutMs) };
  }
}

const GONE: SheetRowStanding = { state: 'withdrawn' };

const UNREADABLE_KEY: DeliveryError = {
  outcome: 'error',
  kind: 'permanent',
  code: 'configuration',
  reason: '`serviceAccount` is not the JSON key of a service account; store the whole file that Google Cloud gave out with PUT /v1/secrets.',
};

const INTERRUPTED: DeliveryError = {
  outcome: 'error',
  kind: 'unknown',
  code: 'interrupted',
  reason: 'The worker had to let go of this attempt, e.g. to shut down. The row stays in line and is written once.',
};

/** What nobody waits for longer than for an answer: Google in trouble, or a request under way. Where it is only a long line, it moves on. */
function isInTrouble(standing: SheetRowStanding): boolean {
  return standing.state === 'sending' || (standing.state === 'waiting' && standing.error !== null && standing.error.code !== 'rate-limited');
}

function endOf(standing: SheetRowStanding): RowEnd | null {
  switch (standing.state) {
    case 'waiting':
    case 'sending':
      return null;
    case 'written':
      return { end: 'written', row: standing.row };
    case 'failed':
      return { end: 'error', error: standing.error };
    case 'withdrawn':
      return { end: 'error', error: notSent(null, null) };
  }
}

function notSent(trouble: DeliveryError | null, timeoutMs: number | null): DeliveryError {
  const why = trouble?.reason ?? `Its turn did not come${timeoutMs === null ? '' : ` within \`timeout\` (${timeoutMs} ms) and ${PATIENCE_MS} ms more`}; check whether workers run, and whether the spreadsheet gets more leads than Google takes rows.`;
  const { retryAfterMs } = trouble ?? {};
  return { outcome: 'error', kind: 'transient', code: trouble?.code ?? 'timeout', reason: `The row was not written, and was taken out of the line. ${why}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function perhapsSent(trouble: DeliveryError | null, timeoutMs: number): DeliveryError {
  const why = trouble?.reason ?? `Google has not answered within \`timeout\` (${timeoutMs} ms).`;
  return { outcome: 'error', kind: 'unknown', code: trouble?.code ?? 'timeout', reason: `${why} The row may be in the sheet: the next attempt looks for it, and writes it only if it is not there.` };
}
