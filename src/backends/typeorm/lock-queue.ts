/** Makes the next try wait. */
export type Pause = () => Promise<void>;

/** How a `LockQueue` waits. */
export interface LockQueueSettings {
  /** Milliseconds in which nothing gets past another connection's lock before the failure is passed on. */
  readonly busyTimeoutMs: number;
  readonly isBusy: (error: unknown) => boolean;
  /** @defaultValue up to 4 ms, at random */
  readonly pause?: Pause | undefined;
  /** Monotonic milliseconds. @defaultValue `performance.now` */
  readonly now?: (() => number) | undefined;
}

/**
 * Sends statements one after the other, each again and again while another connection holds the lock.
 *
 * One after the other, because TypeORM's `sqlite3` driver sends them side by side over one connection: a statement that
 * was refused with SQLITE_BUSY stays open until it is finalized, one that succeeds meanwhile is acknowledged but not
 * yet committed, and the end of the refused one rolls it back.
 *
 * Waiting does not block the event loop, as SQLite's own busy handler would under better-sqlite3. SQLite wakes nobody
 * when a lock is let go, so somebody must keep asking, and often, to find the short gap a busy neighbour leaves: the
 * first in line does, and the others wait behind it.
 */
export class LockQueue {
  readonly #busyTimeoutMs: number;
  readonly #isBusy: (error: unknown) => boolean;
  readonly #pause: Pause;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();
  #wentThrough = -Infinity;

  constructor({ busyTimeoutMs, isBusy, pause, now }: LockQueueSettings) {
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#isBusy = isBusy;
    this.#pause = pause ?? shortPause;
    this.#now = now ?? (() => performance.now());
  }

  /** Does `attempt` until it succeeds or fails otherwise than by a lock; rejects with the last failure. */
  run<T>(attempt: () => Promise<T>): Promise<T> {
    const arrival = this.#now();
    const result = this.#last.then(() => this.#retry(attempt, arrival));
    // The line goes on whatever becomes of one in it; its own caller is told.
    this.#last = result.then(ignore, ignore);
    return result;
  }

  /**
   * Waiting counts from the arrival, or from the last that went through: a long line that moves is no lock. Those who
   * arrived together give up together.
   */
  async #retry<T>(attempt: () => Promise<T>, arrival: number): Promise<T> {
    for (;;) {
      try {
        const result = await attempt();
        this.#wentThrough = this.#now();
        return result;
      } catch (error) {
        const waited = this.#now() - Math.max(arrival, this.#wentThrough);
        if (!this.#isBusy(error) || waited >= this.#busyTimeoutMs) throw error;
        await this.#pause();
      }
    }
  }
}

function shortPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 3));
}

function ignore(): void {}
