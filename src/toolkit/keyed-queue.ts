/** The error for the tasks queued behind a task that failed; undefined: they run. */
type FailureBehind = (error: unknown) => Error | undefined;

/** Runs tasks of the same key one after another, and tasks of different keys concurrently. */
export class KeyedQueue {
  /** For each key, resolves when its last task has ended, with the error for the tasks behind it. */
  readonly #tails = new Map<string, Promise<Error | undefined>>();
  readonly #failureBehind: FailureBehind;

  constructor(failureBehind: FailureBehind = () => undefined) {
    this.#failureBehind = failureBehind;
  }

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    let failureAhead: Error | undefined;
    const result = (this.#tails.get(key) ?? Promise.resolve(undefined)).then((failure) => {
      failureAhead = failure;
      if (failure !== undefined) throw failure;
      return task();
    });
    // The caller of the task gets its error.
    const tail = result.then(
      () => undefined,
      (error: unknown) => failureAhead ?? this.#failureBehind(error),
    );
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }
}
