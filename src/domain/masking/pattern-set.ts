import type { Ranges } from './ranges.ts';
import type { TextView } from './text-view.ts';

/** One text to look for. */
export interface Pattern {
  text: string;
  /** Base64, hex or digits alone: also looked for with line breaks and separators in between. */
  isCompact: boolean;
  /** How many characters next to an occurrence hold some of its bits: 1 for base64 that begins or ends inside a character. */
  padding: 0 | 1;
}

const ROOT = 0;
const NO_CHILD = -1;
const SEVERAL_CHILDREN = -2;
const ASCII = 128;
/** What a cut has left of a pattern is hidden from this length on. Fewer characters stand in a text by chance. */
const SHORTEST_REST = 4;

/**
 * Many texts, found in one pass by the algorithm of Aho and Corasick (Communications of the ACM 18, 1975): the time depends on
 * the length of the text, never on how many patterns there are or how often they occur. Upper and lower case of ASCII are the
 * same here, and so are the two alphabets of base64 (RFC 4648) and all white space: see `fold`.
 */
export class PatternSet {
  /** The one child of most nodes: its character and its number. */
  readonly #childCode: Int32Array;
  readonly #child: Int32Array;
  readonly #children = new Map<number, Map<number, number>>();
  readonly #rootAscii = new Int32Array(ASCII);
  /** Where to go on when no child fits: the longest proper suffix that is a beginning too. */
  readonly #fallback: Int32Array;
  readonly #depth: Int32Array;
  /** Length of the longest pattern that ends in a node; 0 for none. */
  readonly #longest: Int32Array;
  readonly #longestCompact: Int32Array;
  readonly #padding: Uint8Array;
  #nodes = 1;

  constructor(patterns: readonly Pattern[]) {
    const size = patterns.reduce((sum, { text }) => sum + text.length, 1);
    this.#childCode = new Int32Array(size).fill(NO_CHILD);
    this.#child = new Int32Array(size);
    this.#fallback = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#longest = new Int32Array(size);
    this.#longestCompact = new Int32Array(size);
    this.#padding = new Uint8Array(size);
    for (const pattern of patterns) this.#add(pattern);
    this.#link();
  }

  /** Characters of the patterns, those of a common beginning counted once. */
  get size(): number {
    return this.#nodes;
  }

  get isEmpty(): boolean {
    return this.#nodes === 1;
  }

  /**
   * Adds to `found` where the patterns occur in the view, as places in the original text. `cuts`, in rising order, are places of
   * the original before which text is missing: what stands there of the beginning of a pattern is added as well.
   */
  scan(view: TextView, cuts: readonly number[], found: Ranges): void {
    const longest = view.isCompact ? this.#longestCompact : this.#longest;
    let node = ROOT;
    let cut = 0;
    for (let at = 0; at < view.length; at += 1) {
      while (cut < cuts.length && view.start(at) >= (cuts[cut] ?? 0)) {
        this.#addRest(view, at, node, found);
        cut += 1;
      }
      node = this.#next(node, fold(view.code(at)));
      const length = longest[node] ?? 0;
      if (length > 0) this.#addMatch(view, at, length, this.#padding[node] ?? 0, found);
    }
    if (cut < cuts.length) this.#addRest(view, view.length, node, found);
  }

  #addMatch(view: TextView, last: number, length: number, padding: number, found: Ranges): void {
    const first = last - length + 1;
    const before = padding === 1 && isPartOf(view, first - 1, first) ? 1 : 0;
    const after = padding === 1 && isPartOf(view, last + 1, last) ? 1 : 0;
    found.add(view.start(first - before), view.end(last + after));
  }

  /** `at`: the first place of the view behind the cut. */
  #addRest(view: TextView, at: number, node: number, found: Ranges): void {
    const depth = this.#depth[node] ?? 0;
    if (depth >= SHORTEST_REST) found.add(view.start(at - depth), view.endBefore(at));
  }

  #next(from: number, code: number): number {
    for (let node = from; ; node = this.#fallback[node] ?? ROOT) {
      const child = this.#childOf(node, code);
      if (child !== ROOT || node === ROOT) return child;
    }
  }

  /** The root stands for none: it is never a child. */
  #childOf(node: number, code: number): number {
    if (node === ROOT && code < ASCII) return this.#rootAscii[code] ?? ROOT;
    const only = this.#childCode[node];
    if (only === code) return this.#child[node] ?? ROOT;
    return only === SEVERAL_CHILDREN ? (this.#children.get(node)?.get(code) ?? ROOT) : ROOT;
  }

  #add({ text, isCompact, padding }: Pattern): void {
    let node = ROOT;
    for (let at = 0; at < text.length; at += 1) {
      const code = fold(text.charCodeAt(at));
      node = this.#childOf(node, code) || this.#addChild(node, code);
    }
    if (node === ROOT) return;
    this.#longest[node] = text.length;
    if (isCompact) this.#longestCompact[node] = text.length;
    this.#padding[node] = Math.max(this.#padding[node] ?? 0, padding);
  }

  #addChild(node: number, code: number): number {
    const child = this.#nodes;
    this.#nodes += 1;
    this.#depth[child] = (this.#depth[node] ?? 0) + 1;
    if (node === ROOT && code < ASCII) this.#rootAscii[code] = child;
    const only = this.#childCode[node] ?? NO_CHILD;
    if (only === NO_CHILD) {
      this.#childCode[node] = code;
      this.#child[node] = child;
    } else {
      const children = this.#children.get(node) ?? new Map([[only, this.#child[node] ?? ROOT]]);
      this.#children.set(node, children.set(code, child));
      this.#childCode[node] = SEVERAL_CHILDREN;
    }
    return child;
  }

  /** Level by level: a node's fallback is nearer to the root than the node. */
  #link(): void {
    const queue = new Int32Array(this.#nodes);
    let end = 1;
    for (let begin = 0; begin < end; begin += 1) {
      const node = queue[begin] ?? ROOT;
      for (const [code, child] of this.#childrenOf(node)) {
        const fallback = node === ROOT ? ROOT : this.#next(this.#fallback[node] ?? ROOT, code);
        this.#fallback[child] = fallback;
        this.#inherit(child, fallback);
        queue[end] = child;
        end += 1;
      }
    }
  }

  /** What ends in a node's fallback ends in the node as well; the padding is that of the longer one, or of both. */
  #inherit(node: number, fallback: number): void {
    this.#longest[node] = Math.max(this.#longest[node] ?? 0, this.#longest[fallback] ?? 0);
    this.#longestCompact[node] = Math.max(this.#longestCompact[node] ?? 0, this.#longestCompact[fallback] ?? 0);
    this.#padding[node] = Math.max(this.#padding[node] ?? 0, this.#padding[fallback] ?? 0);
  }

  #childrenOf(node: number): Iterable<[code: number, child: number]> {
    const only = this.#childCode[node] ?? NO_CHILD;
    if (only === NO_CHILD) return [];
    return only === SEVERAL_CHILDREN ? (this.#children.get(node) ?? []) : [[only, this.#child[node] ?? ROOT]];
  }
}

/** Whether the character at `at` is one of base64, right next to the one at `next`. */
function isPartOf(view: TextView, at: number, next: number): boolean {
  if (at < 0 || at >= view.length) return false;
  const isAdjacent = view.end(Math.min(at, next)) === view.start(Math.max(at, next));
  return isAdjacent && BASE64.test(String.fromCharCode(view.code(at)));
}

const BASE64 = /[A-Za-z0-9+/_-]/;

const FOLDED = foldTable();

/** The one character that stands for all that are looked for alike. */
function fold(code: number): number {
  return FOLDED[code] ?? code;
}

function foldTable(): Uint16Array {
  const table = Uint16Array.from({ length: 0x10000 }, (_, code) => code);
  for (let code = 0; code < table.length; code += 1) {
    const character = String.fromCharCode(code);
    if (/[A-Z]/.test(character)) table[code] = character.toLowerCase().charCodeAt(0);
    // A blank is a "+" in forms, and "-" and "_" are "+" and "/" in the alphabet of base64 for URLs.
    else if (character === '-' || /\s/.test(character)) table[code] = '+'.charCodeAt(0);
    else if (character === '_') table[code] = '/'.charCodeAt(0);
  }
  return table;
}
