import type { Clock } from '../contract/clock.js';

/**
 * A clock that stands still until it is told to move.
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

  /** @param now - epoch milliseconds to start from; default: the real time */
  constructor(now: number = Date.now()) {
    this.#now = now;
  }

  /** @inheritDoc */
  now(): number {
    return this.#now;
  }

  /** Moves on by so many milliseconds; negative: back. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Jumps to a moment in epoch milliseconds. */
  set(now: number): void {
    this.#now = now;
  }
}
