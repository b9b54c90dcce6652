import { afterWhatHasCome } from '../contract/time-limit.js';

/** One command that has been sent and not answered. */
export interface Flight {
  readonly landsBefore: number;
  readonly giveUp: () => void;
}

/**
 * Gives up what is not answered in time, with one timer for all: as each has the same time, they are late in the order
 * they were sent.
 */
export class InFlight {
  readonly #limitMs: number;
  readonly #flights = new Set<Flight>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Calls `giveUp` unless the flight has landed in time. */
  depart(giveUp: () => void): Flight {
    const flight = { landsBefore: performance.now() + this.#limitMs, giveUp };
    this.#flights.add(flight);
    if (this.#timer === undefined) this.#wakeIn(this.#limitMs);
    return flight;
  }

  /** Whether it was still waited for. */
  land(flight: Flight): boolean {
    return this.#flights.delete(flight);
  }

  /** Leaves no timer behind where nothing is in flight. */
  rest(): void {
    if (this.#flights.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Gives up what is in flight now: nothing of it will land. */
  giveUpAll(): void {
    const flights = [...this.#flights];
    this.#flights.clear();
    this.rest();
    for (const { giveUp } of flights) giveUp();
  }

  #wakeIn(delayMs: number): void {
    this.#timer = setTimeout(
      afterWhatHasCome(() => this.#giveUpLate()),
      delayMs,
    );
    // What is in flight holds a socket, and that keeps the process alive.
    this.#timer.unref();
  }

  #giveUpLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const flight of this.#flights) {
      if (flight.landsBefore > now) return this.#wakeIn(flight.landsBefore - now);
      this.#flights.delete(flight);
      flight.giveUp();
    }
  }
}
