import { randomUUID } from 'node:crypto';
import type { BaseStorage } from '../contract/base-storage.js';

/** The limit of a window. */
interface WindowRule {
  /** Hits allowed in one window. */
  readonly limit: number;
  /** Seconds from a window's first hit to its end. */
  readonly windowSeconds: number;
  /** Seconds to block after the limit is exceeded; 0: until the window ends. */
  readonly blockSeconds: number;
}

/** The result of a hit. */
interface WindowHit {
  /** Hits of this window, this one included; while blocked, one more than the limit. */
  readonly hits: number;
  readonly isBlocked: boolean;
  /** Seconds until the window ends or, while blocked, the block. */
  readonly secondsLeft: number;
}

/** The stored state while a window is open or a block lasts. */
type WindowState = {
  /** Part of the identifier of the window's counter. The window after a block has a new one, so nothing must be reset. */
  readonly id: string;
  readonly isBlocked: boolean;
};

/**
 * Fixed windows that are shared by every process on one storage. A window starts with its first hit. Its end is the
 * deadline of a state, so the storage's clock decides it. Its hits are an atomic counter, so concurrent hits do not compete
 * for a document.
 */
export class FixedWindows {
  readonly #storage: BaseStorage;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  /** Counts a hit, except while blocked. */
  async hit(identifier: string, rule: WindowRule): Promise<WindowHit> {
    for (;;) {
      const window = await this.#openWindow(identifier, rule.windowSeconds);
      const hit = window.isBlocked
        ? await this.#readBlock(identifier, rule)
        : await this.#count(identifier, window, rule);
      // Otherwise the window became a block or ended between two steps: start again.
      if (hit !== undefined) return hit;
    }
  }

  /** The current window, or a new one. */
  async #openWindow(identifier: string, windowSeconds: number): Promise<WindowState> {
    for (;;) {
      const current = await this.#storage.getState<WindowState>(identifier);
      if (current !== null) return current;
      const next: WindowState = { id: randomUUID(), isBlocked: false };
      if (await this.#storage.compareAndSet(identifier, next, { ttl: windowSeconds })) return next;
    }
  }

  /** undefined: the block has ended. */
  async #readBlock(identifier: string, rule: WindowRule): Promise<WindowHit | undefined> {
    const secondsLeft = await this.#storage.getTtl(identifier);
    return typeof secondsLeft === 'number' ? { hits: rule.limit + 1, isBlocked: true, secondsLeft } : undefined;
  }

  /** undefined: the window is no longer open. */
  async #count(identifier: string, window: WindowState, rule: WindowRule): Promise<WindowHit | undefined> {
    // The counter is created after its window, so with the same ttl it outlives the window.
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
