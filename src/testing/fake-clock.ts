import type { Clock } from '../contract/clock.js';

/**
 * A clock that stands still until the test moves it, for the option `clock` of a storage.
 *
 * @example
 * ```ts
 * import { MemoryStorage } from 'nestjs-fsm-storage';
 * import { FakeClock } from 'nestjs-fsm-storage/testing';
 *
 * const clock = new FakeClock();
 * const storage = new MemoryStorage({ clock });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:paying' }, { ttl: 60 });
 * clock.advance(60_000);
 * await storage.getState('chat:42'); // null
 * ```
 */
export class FakeClock implements Clock {
  #now: number;

  /** @param now - the time to start from, in epoch milliseconds; by default the real time */
  constructor(now: number = Date.now()) {
    this.#now = now;
  }

  /** @inheritDoc */
  now(): number {
    return this.#now;
  }

  /** Moves the clock forward by this many milliseconds; a negative number moves it back. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Sets the time, in epoch milliseconds. */
  set(now: number): void {
    this.#now = now;
  }
}
