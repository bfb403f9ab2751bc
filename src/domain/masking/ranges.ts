/** Places of a text, collected in any order, that may overlap. */
export class Ranges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** From `start` up to, and without, `end`. Constant time where ranges come with rising ends, as a scan finds them. */
  add(start: number, end: number): void {
    let first = start;
    for (let last = this.#ends.length - 1; last >= 0; last -= 1) {
      // Only what lies at the end is joined here; `merged` does the rest.
      if ((this.#ends[last] ?? 0) < first || (this.#starts[last] ?? 0) > end || (this.#ends[last] ?? 0) > end) break;
      first = Math.min(first, this.#starts[last] ?? first);
      this.#starts.pop();
      this.#ends.pop();
    }
    this.#starts.push(first);
    this.#ends.push(end);
  }

  get isEmpty(): boolean {
    return this.#starts.length === 0;
  }

  /** In rising order, without overlaps. */
  merged(): [start: number, end: number][] {
    const sorted = this.#starts.map((start, index): [number, number] => [start, this.#ends[index] ?? start]).sort(([a], [b]) => a - b);
    const result: [number, number][] = [];
    for (const [start, end] of sorted) {
      const last = result.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else result.push([start, end]);
    }
    return result;
  }
}
