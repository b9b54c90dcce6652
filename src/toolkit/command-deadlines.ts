import { afterPendingInput } from './time-limit.js';

/** A command that is waiting for its reply. */
export interface Deadline {
  readonly expiresAt: number;
  readonly onExpired: () => void;
}

/**
 * Times out commands without a reply, with one timer for all of them: each has the same limit, so they expire in the order
 * in which they were sent.
 */
export class CommandDeadlines {
  readonly #limitMs: number;
  readonly #waiting = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Calls `onExpired` unless the deadline is settled in time. */
  add(onExpired: () => void): Deadline {
    const deadline = { expiresAt: performance.now() + this.#limitMs, onExpired };
    this.#waiting.add(deadline);
    if (this.#timer === undefined) this.#startTimer(this.#limitMs);
    return deadline;
  }

  /** Marks a command as finished. Returns false if it has expired before. */
  settle(deadline: Deadline): boolean {
    return this.#waiting.delete(deadline);
  }

  /** Stops the timer if no command is waiting. */
  clear(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Times out every waiting command now: no reply will come. */
  expireAll(): void {
    const expired = [...this.#waiting];
    this.#waiting.clear();
    this.clear();
    for (const { onExpired } of expired) onExpired();
  }

  #startTimer(delayMs: number): void {
    this.#timer = setTimeout(
      afterPendingInput(() => this.#expireLate()),
      delayMs,
    );
    // A waiting command has a socket, which keeps the process alive.
    this.#timer.unref();
  }

  #expireLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const deadline of this.#waiting) {
      if (deadline.expiresAt > now) return this.#startTimer(deadline.expiresAt - now);
      this.#waiting.delete(deadline);
      deadline.onExpired();
    }
  }
}
