/** Waits for something that others wait for too: no longer than this one can, and without breaking it off for them. */
export async function within<T>(work: Promise<T>, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<T | 'timeout' | 'aborted'> {
  let end: (why: 'timeout' | 'aborted') => void = () => undefined;
  const ended = new Promise<'timeout' | 'aborted'>((resolve) => (end = resolve));
  const timer = setTimeout(() => end('timeout'), Math.max(timeoutMs, 1));
  const onAbort = () => end('aborted');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
