import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Generous: it only ends a test that has failed anyway, also on a machine that is busy with others. */
const DEADLINE_MS = 120_000;

/** Waits for a condition, looking again and again; fails with what was waited for. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined | false> | T | null | undefined | false): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms in vain for: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
