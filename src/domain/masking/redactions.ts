import { encodingsOf, SHORTEST_HIDDEN } from './encodings.ts';
import { KeptPatterns } from './kept-patterns.ts';
import { PatternSet } from './pattern-set.ts';
import { Ranges } from './ranges.ts';
import { secretParts } from './secret-parts.ts';
import { viewsOf } from './views.ts';

/**
 * The texts that nothing may show of one attempt: credentials, and the lead's sensitive values. They are found as they are, in
 * upper and lower case, escaped for URLs, JSON, XML and HTML, in base64 and in hex, also one in another; texts of fewer than four
 * characters are not looked for. Time and memory grow with the text that is searched, and with the texts that are looked for, but
 * never with one times the other.
 */
export class Redactions {
  static readonly none = new Redactions([], false);
  /** Where there is too much to look for: every text is hidden as a whole. */
  static readonly everything = new Redactions([], true);

  readonly hidesEverything: boolean;
  readonly #sets: readonly LazyPatternSet[];

  private constructor(sets: readonly LazyPatternSet[], hidesEverything: boolean) {
    this.#sets = sets;
    this.hidesEverything = hidesEverything;
  }

  static of(texts: readonly string[]): Redactions {
    return Redactions.none.and(texts);
  }

  /** For credentials, which are the same with every lead: their patterns are made once, and kept. */
  static ofLasting(texts: readonly string[]): Redactions {
    return texts.length === 0 ? Redactions.none : new Redactions([() => lasting.of(texts)], false);
  }

  /** These, and more texts. */
  and(texts: readonly string[]): Redactions {
    return texts.length === 0 ? this : new Redactions([...this.#sets, lazyPatterns(texts)], this.hidesEverything);
  }

  /** What either of them hides. */
  with(other: Redactions): Redactions {
    return new Redactions([...this.#sets, ...other.#sets], this.hidesEverything || other.hidesEverything);
  }

  /**
   * The text with asterisks in the place of what is hidden; the length stays. `cuts`, in rising order, are places before which
   * text is missing: what is left there of a hidden text, four characters or more, is hidden too.
   */
  redact(text: string, cuts: readonly number[] = []): string {
    if (this.hidesEverything) return '*'.repeat(text.length);
    if (text.length < SHORTEST_HIDDEN) return text;
    const sets = this.#sets.map((set) => set()).filter((set) => !set.isEmpty);
    if (sets.length === 0) return text;
    const found = new Ranges();
    for (const view of viewsOf(text, cuts)) for (const set of sets) set.scan(view, cuts, found);
    return found.isEmpty ? text : withAsterisks(text, found);
  }
}

type LazyPatternSet = () => PatternSet;

function lazyPatterns(texts: readonly string[]): LazyPatternSet {
  let set: PatternSet | null = null;
  return () => (set ??= patternsFor(texts));
}

function patternsFor(texts: readonly string[]): PatternSet {
  return new PatternSet([...new Set(texts.flatMap(secretParts))].flatMap(encodingsOf));
}

const lasting = new KeptPatterns(patternsFor);

function withAsterisks(text: string, found: Ranges): string {
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of found.merged()) {
    parts.push(text.slice(from, start), '*'.repeat(end - start));
    from = end;
  }
  return parts.join('') + text.slice(from);
}
