import { setMaxListeners } from 'node:events';

/** Pieces of one load: the first that fails ends the others, for what they would measure is worth nothing. */
export class Together {
  readonly signal: AbortSignal;
  private readonly failure = new AbortController();

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.failure.signal]);
    // Every piece listens; that is no leak.
    setMaxListeners(0, this.signal);
  }

  async run<T>(piece: () => Promise<T>): Promise<T> {
    try {
      return await piece();
    } catch (error) {
      this.failure.abort(error);
      throw error;
    }
  }
}
