export interface Polling {
  /** Gives up after this. */
  withinMs: number;
  /** Ends the wait early, e.g. because the client went away. */
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
const GROWTH = 1.5;

/** Asks `look` again and again, with a growing pause of 20 to 250 ms, until it says true; false when the time is over. */
export async function pollUntil(look: () => Promise<boolean>, { withinMs, signal }: Polling): Promise<boolean> {
  const endsAtMs = performance.now() + withinMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    if (await look()) return true;
    const leftMs = endsAtMs - performance.now();
    if (leftMs <= 0 || !(await pauseUnless(signal, Math.min(pauseMs, leftMs)))) return false;
    pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS);
  }
}

/** False when the signal came, before or meanwhile. */
function pauseUnless(signal: AbortSignal, pauseMs: number): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, pauseMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
