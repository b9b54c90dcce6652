/** Whether those who wait behind a task that failed fail as well, and with what; undefined: they have their turn. */
export type FailureBehind = (error: unknown) => Error | undefined;

/** Runs tasks of one key one after another, tasks of different keys side by side. */
export class KeyedQueue {
  /** Of each key the end of its last task, and what those behind it fail with. */
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
    // The task's own caller is told of its failure.
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
