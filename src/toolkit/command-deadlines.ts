import { afterPendingInput } from './time-limit.js';

/** One command that has been sent and not answered. */
export interface Deadline {
  readonly expiresAt: number;
  readonly onExpired: () => void;
}

/**
 * Gives up what is not answered in time, with one timer for all: as each has the same time, they are late in the order
 * they were sent.
 */
export class CommandDeadlines {
  readonly #limitMs: number;
  readonly #flights = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Calls `giveUp` unless the flight has landed in time. */
  add(onExpired: () => void): Deadline {
    const flight = { expiresAt: performance.now() + this.#limitMs, onExpired };
    this.#flights.add(flight);
    if (this.#timer === undefined) this.#wakeIn(this.#limitMs);
    return flight;
  }

  /** Whether it was still waited for. */
  settle(flight: Deadline): boolean {
    return this.#flights.delete(flight);
  }

  /** Leaves no timer behind where nothing is in flight. */
  clear(): void {
    if (this.#flights.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Gives up what is in flight now: nothing of it will land. */
  expireAll(): void {
    const flights = [...this.#flights];
    this.#flights.clear();
    this.clear();
    for (const { onExpired: giveUp } of flights) giveUp();
  }

  #wakeIn(delayMs: number): void {
    this.#timer = setTimeout(
      afterPendingInput(() => this.#giveUpLate()),
      delayMs,
    );
    // What is in flight holds a socket, and that keeps the process alive.
    this.#timer.unref();
  }

  #giveUpLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const flight of this.#flights) {
      if (flight.expiresAt > now) return this.#wakeIn(flight.expiresAt - now);
      this.#flights.delete(flight);
      flight.onExpired();
    }
  }
}
