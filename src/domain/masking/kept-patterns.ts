import { createHash } from 'node:crypto';
import type { PatternSet } from './pattern-set.ts';

/** Characters of all kept patterns together, at 25 bytes each: 25 MB. */
const MOST_CHARACTERS = 1_000_000;

/** Pattern sets of lists that come again with every lead. The list that was used longest ago goes first; its texts are kept as a digest only. */
export class KeptPatterns {
  readonly #make: (texts: readonly string[]) => PatternSet;
  readonly #sets = new Map<string, PatternSet>();
  #characters = 0;

  constructor(make: (texts: readonly string[]) => PatternSet) {
    this.#make = make;
  }

  of(texts: readonly string[]): PatternSet {
    const key = createHash('sha256').update(JSON.stringify(texts)).digest('base64');
    const kept = this.#sets.get(key);
    const set = kept ?? this.#make(texts);
    if (kept) this.#sets.delete(key);
    else this.#characters += set.size;
    this.#sets.set(key, set);
    this.#shrink();
    return set;
  }

  #shrink(): void {
    for (const [key, { size }] of this.#sets) {
      if (this.#characters <= MOST_CHARACTERS) return;
      this.#sets.delete(key);
      this.#characters -= size;
    }
  }
}
