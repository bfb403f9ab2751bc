import type { SourceKeyStore } from '../../store/store.ts';

/** Counted from before the store was asked: a key deleted elsewhere opens nothing here a second later. */
const FRESH_MS = 900;
const MOST_KEYS = 1_000;

/**
 * Remembers for a moment whose key it was, so that a burst of leads costs one look. What is not known is not remembered: guessing
 * fills no memory, and a new key works at once. A key deleted through this store opens nothing as soon as `delete` resolves.
 */
export function cacheSourceKeys(keys: SourceKeyStore, nowMs: () => number): SourceKeyStore {
  /** Oldest first. */
  const known = new Map<string, { source: string; askedAtMs: number }>();
  const asking = new Map<string, { answer: Promise<string | null>; askedAtMs: number }>();
  /** Counts deletions: an answer from before one is not kept. */
  let deletions = 0;

  const forget = (): void => {
    deletions += 1;
    known.clear();
    asking.clear();
  };

  const ask = async (sha256: string, askedAtMs: number): Promise<string | null> => {
    const before = deletions;
    const source = await keys.sourceOf(sha256);
    if (source === null || before !== deletions) return source;
    known.delete(sha256);
    known.set(sha256, { source, askedAtMs });
    for (const oldest of known.keys()) {
      if (known.size <= MOST_KEYS) break;
      known.delete(oldest);
    }
    return source;
  };

  return {
    ...keys,
    sourceOf: (sha256) => {
      const now = nowMs();
      const isFresh = ({ askedAtMs }: { askedAtMs: number }) => now - askedAtMs < FRESH_MS;
      const kept = known.get(sha256);
      if (kept && isFresh(kept)) return Promise.resolve(kept.source);
      const underWay = asking.get(sha256);
      if (underWay && isFresh(underWay)) return underWay.answer;
      const answer = ask(sha256, now).finally(() => {
        if (asking.get(sha256)?.answer === answer) asking.delete(sha256);
      });
      asking.set(sha256, { answer, askedAtMs: now });
      return answer;
    },
    delete: async (source, id) => {
      try {
        return await keys.delete(source, id);
      } finally {
        // Also after a failure: the database may have deleted it all the same.
        forget();
      }
    },
  };
}
