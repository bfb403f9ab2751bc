/**
 * A text as it is looked at, for example without its escapes, in which each character knows its place in the original text.
 * Characters are UTF-16 units.
 */
export class TextView {
  readonly length: number;
  /** Whether what stands between the characters of an encoded text was left out: only compact patterns are looked for in it. */
  readonly isCompact: boolean;
  readonly #codes: Uint16Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #originalLength: number;

  constructor({ codes, starts, ends, length, originalLength, isCompact }: TextViewParts) {
    this.#codes = codes;
    this.#starts = starts;
    this.#ends = ends;
    this.length = length;
    this.#originalLength = originalLength;
    this.isCompact = isCompact;
  }

  code(at: number): number {
    return this.#codes[at] ?? 0;
  }

  /** Where the character begins in the original text. */
  start(at: number): number {
    return this.#starts[at] ?? this.#originalLength;
  }

  /** Where it ends there: the place of the character after it. */
  end(at: number): number {
    return this.#ends[at] ?? this.#originalLength;
  }

  /** Where everything before the character ends in the original text, what the view leaves out included. */
  endBefore(at: number): number {
    return at < this.length ? this.start(at) : this.#originalLength;
  }

  get originalLength(): number {
    return this.#originalLength;
  }

  /** The characters from `from` up to, and without, `to`. For short pieces. */
  slice(from: number, to: number): string {
    return String.fromCharCode(...this.#codes.subarray(from, Math.min(to, this.length)));
  }
}

interface TextViewParts {
  codes: Uint16Array;
  starts: Int32Array;
  ends: Int32Array;
  length: number;
  originalLength: number;
  isCompact: boolean;
}

/** Writes a view, character by character. */
export class TextViewWriter {
  readonly #codes: Uint16Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #originalLength: number;
  #length = 0;

  /** `capacity`: the most characters that will be added. */
  constructor(capacity: number, originalLength: number) {
    this.#codes = new Uint16Array(capacity);
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#originalLength = originalLength;
  }

  /** `start` and `end` are places in the original text. */
  add(code: number, start: number, end: number): void {
    this.#codes[this.#length] = code;
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    this.#length += 1;
  }

  /** `isCompact`: see `TextView`. */
  finish(isCompact = false): TextView {
    return new TextView({ codes: this.#codes, starts: this.#starts, ends: this.#ends, length: this.#length, originalLength: this.#originalLength, isCompact });
  }
}

/** The text as it is. */
export function plainView(text: string): TextView {
  const writer = new TextViewWriter(text.length, text.length);
  for (let at = 0; at < text.length; at += 1) writer.add(text.charCodeAt(at), at, at + 1);
  return writer.finish();
}

/** The view without the characters that `isLeftOut` says; null when it has none of them. `isCompact`: of what `TextView` says. */
export function leaveOut(view: TextView, isLeftOut: (code: number) => boolean, isCompact: boolean): TextView | null {
  const writer = new TextViewWriter(view.length, view.originalLength);
  for (let at = 0; at < view.length; at += 1) {
    const code = view.code(at);
    if (!isLeftOut(code)) writer.add(code, view.start(at), view.end(at));
  }
  const left = writer.finish(isCompact);
  return left.length === view.length ? null : left;
}
