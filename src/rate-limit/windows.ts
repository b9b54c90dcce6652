import { randomUUID } from 'node:crypto';
import type { BaseStorage } from '../contract/base-storage.js';

/** How much is allowed. */
export interface WindowRule {
  /** Hits that one window allows. */
  readonly limit: number;
  /** Seconds from a window's first hit to its end. */
  readonly windowSeconds: number;
  /** Seconds without any hit after one too many; 0: until the window ends. */
  readonly blockSeconds: number;
}

/** What came of a hit. */
export interface WindowHit {
  /** Hits of this window, this one included; while blocked one more than the limit. */
  readonly hits: number;
  readonly isBlocked: boolean;
  /** Until the window ends, or while blocked the block. */
  readonly secondsLeft: number;
}

/** What lies under the identifier while a window is open or a block lasts. */
type WindowState = {
  /** Names the window's counter. A window after a block has another one, so nothing needs to be reset. */
  readonly id: string;
  readonly isBlocked: boolean;
};

/**
 * Fixed windows that every process on one storage shares. A window begins with its first hit. Its end is the deadline
 * of a state and so is decided by the storage's clock; its hits are one atomic counter, so that concurrent hits never
 * fight over a document.
 */
export class FixedWindows {
  readonly #storage: BaseStorage;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  /** Counts a hit, unless a block lasts. */
  async hit(identifier: string, rule: WindowRule): Promise<WindowHit> {
    for (;;) {
      const window = await this.#enter(identifier, rule.windowSeconds);
      const hit = window.isBlocked
        ? await this.#meetBlock(identifier, rule)
        : await this.#count(identifier, window, rule);
      // Otherwise the window has become a block, or ended between two of our steps: look again.
      if (hit !== undefined) return hit;
    }
  }

  /** The window as it is, or a new one where there is none. */
  async #enter(identifier: string, windowSeconds: number): Promise<WindowState> {
    for (;;) {
      const current = await this.#storage.getState<WindowState>(identifier);
      if (current !== null) return current;
      const next: WindowState = { id: randomUUID(), isBlocked: false };
      if (await this.#storage.compareAndSet(identifier, next, { ttl: windowSeconds })) return next;
    }
  }

  /** undefined: the block has ended. */
  async #meetBlock(identifier: string, rule: WindowRule): Promise<WindowHit | undefined> {
    const secondsLeft = await this.#storage.getTtl(identifier);
    return typeof secondsLeft === 'number' ? { hits: rule.limit + 1, isBlocked: true, secondsLeft } : undefined;
  }

  /** undefined: the window is no longer open. */
  async #count(identifier: string, window: WindowState, rule: WindowRule): Promise<WindowHit | undefined> {
    // The counter is younger than its window, so with the same ttl it outlives it.
    const ttl = rule.windowSeconds;
    const [hits, left] = await Promise.all([
      this.#storage.increment(`${identifier}:${window.id}`, 1, { ttl, refresh: false }),
      this.#storage.getTtl(identifier),
    ]);
    const secondsLeft = left ?? 0;
    if (hits <= rule.limit) return { hits, isBlocked: false, secondsLeft };
    if (rule.blockSeconds === 0) return left === undefined ? undefined : { hits, isBlocked: true, secondsLeft };
    const block: WindowState = { ...window, isBlocked: true };
    await this.#storage.compareAndSet(identifier, block, { expected: window, ttl: rule.blockSeconds });
    return undefined;
  }
}
