import type { BaseStorage } from '../contract/base-storage.js';

/** The limit of a window. */
interface WindowRule {
  /** Hits allowed in one window, from 0. */
  readonly limit: number;
  /** Seconds from a window's first hit to its end; at least a millisecond. */
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

/**
 * Fixed windows that are shared by every process on one storage. A window is a counter: its first hit creates it, its deadline
 * is the window's end, and an atomic increment decides which hits are allowed. The first hit over the limit moves the deadline
 * to the end of the block, so exactly one caller starts a block. A hit takes one round trip, and the start of a block one or two
 * more, however short the window is.
 */
export class FixedWindows {
  readonly #storage: BaseStorage;

  constructor(storage: BaseStorage) {
    this.#storage = storage;
  }

  /** Counts a hit. */
  async hit(identifier: string, { limit, windowSeconds, blockSeconds }: WindowRule): Promise<WindowHit> {
    // Started together, so that they share a round trip where the backend can.
    const [hits, left] = await Promise.all([
      this.#storage.increment(identifier, 1, { ttl: windowSeconds, refresh: false }),
      this.#storage.getCounterTtl(identifier),
    ]);
    // The ttl may be read before the increment that creates the counter.
    const secondsLeft = hits === 1 ? windowSeconds : (left ?? windowSeconds);
    if (hits <= limit) return { hits, isBlocked: false, secondsLeft };
    const overLimit = Math.floor(limit) + 1;
    const startsBlock = hits === overLimit && blockSeconds > 0;
    if (startsBlock) await this.#block(identifier, overLimit, blockSeconds);
    return { hits: overLimit, isBlocked: true, secondsLeft: startsBlock ? blockSeconds : secondsLeft };
  }

  /** A window that has ended meanwhile starts again as a block. */
  async #block(identifier: string, overLimit: number, blockSeconds: number): Promise<void> {
    if (await this.#storage.touchCounter(identifier, blockSeconds)) return;
    await this.#storage.increment(identifier, overLimit, { ttl: blockSeconds });
  }
}
