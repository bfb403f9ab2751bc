import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../clock.ts';

export interface FixedRate {
  count: number;
  perSecond: number;
  signal: AbortSignal;
}

/**
 * Starts each piece when it is due, evenly spaced, whether or not others have ended. `dueAtMs`, of `nowMs`, is what times are to
 * be counted from: where the start itself was late, that is part of the wait. Rejects with the first failure, or the signal's reason.
 */
export async function atFixedRate<T>({ count, perSecond, signal }: FixedRate, start: (number: number, dueAtMs: number) => Promise<T>): Promise<T[]> {
  const firstAtMs = nowMs();
  const started: Promise<T>[] = [];
  for (let number = 1; number <= count && !signal.aborted; number += 1) {
    const dueAtMs = firstAtMs + ((number - 1) * 1_000) / perSecond;
    await untilDue(dueAtMs);
    const piece = start(number, dueAtMs);
    // Told below; until then nobody else may take it for forgotten.
    piece.catch(() => undefined);
    started.push(piece);
  }
  const ended = await Promise.all(started);
  signal.throwIfAborted();
  return ended;
}

async function untilDue(dueAtMs: number): Promise<void> {
  // A timer may be early by a part of a millisecond.
  for (let waitMs = dueAtMs - nowMs(); waitMs > 0; waitMs = dueAtMs - nowMs()) await delay(waitMs);
}
