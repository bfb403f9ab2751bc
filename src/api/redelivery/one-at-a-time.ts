/** Runs tasks of one name one after the other; tasks of other names go on beside them. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `task` once every earlier task of `name` has ended, however it ended. */
  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const result = before.then(task);
    const end = result.then(
      () => undefined,
      // Told to the task's own caller; here it only frees the way.
      () => undefined,
    );
    this.#last.set(name, end);
    try {
      return await result;
    } finally {
      if (this.#last.get(name) === end) this.#last.delete(name);
    }
  }
}
