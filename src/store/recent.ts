interface Kept<Value> {
  value: Value;
  atMs: number;
}

/** Remembers what was put in a moment ago: for `forMs` after it was put last, and of so much the newest. */
export class Recent<Key, Value> {
  /** Oldest first. */
  private readonly kept = new Map<Key, Kept<Value>>();
  private readonly limits: { forMs: number; most: number };
  private readonly nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(limits: { forMs: number; most: number }, nowMs: () => number) {
    this.limits = limits;
    this.nowMs = nowMs;
  }

  put(key: Key, value: Value): void {
    this.kept.delete(key);
    this.kept.set(key, { value, atMs: this.nowMs() });
    for (const [oldest, kept] of this.kept) {
      if (this.kept.size <= this.limits.most && this.isFresh(kept)) break;
      this.kept.delete(oldest);
    }
  }

  get(key: Key): Value | undefined {
    const kept = this.kept.get(key);
    return kept && this.isFresh(kept) ? kept.value : undefined;
  }

  /** Forgets what it gives. */
  take(key: Key): Value | undefined {
    const value = this.get(key);
    this.kept.delete(key);
    return value;
  }

  private isFresh({ atMs }: Kept<unknown>): boolean {
    return this.nowMs() - atMs <= this.limits.forMs;
  }
}
