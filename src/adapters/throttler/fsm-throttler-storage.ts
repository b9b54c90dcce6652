import { createHash } from 'node:crypto';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { BaseStorage } from '../../contract/base-storage.js';
import { FixedWindows } from '../../rate-limit/windows.js';

/** The result for the throttler's guard; `@nestjs/throttler` does not export this type. */
export type FsmThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The shortest window, in milliseconds: for the storage, a ttl of 0 means that a state never expires. */
const SHORTEST_MS = 1;

/**
 * Makes `@nestjs/throttler` count in a storage, so that all processes of an app share one limit. Windows are fixed and
 * start with the first request. A client over the limit is blocked for `blockDuration` and then gets a new window.
 *
 * Its identifiers start with `throttle:`. Give it a separate namespace with {@link FsmStorageModule.forFeature}.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { ThrottlerModule } from '@nestjs/throttler';
 * import { BaseStorage, FsmStorageModule, getFsmStorageToken } from 'nestjs-fsm-storage';
 * import { FsmThrottlerStorage } from 'nestjs-fsm-storage/throttler';
 *
 * @Module({
 *   imports: [
 *     FsmStorageModule.forRoot({ backend: 'redis', url: 'redis://127.0.0.1:6379' }),
 *     ThrottlerModule.forRootAsync({
 *       imports: [FsmStorageModule.forFeature('throttler')],
 *       inject: [getFsmStorageToken('throttler')],
 *       useFactory: (storage: BaseStorage) => ({
 *         throttlers: [{ ttl: 60_000, limit: 100 }],
 *         storage: new FsmThrottlerStorage(storage),
 *       }),
 *     }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
export class FsmThrottlerStorage implements ThrottlerStorage {
  readonly #windows: FixedWindows;

  constructor(storage: BaseStorage) {
    this.#windows = new FixedWindows(storage);
  }

  /**
   * Counts a request. Called by the throttler's guard.
   * @param ttl - milliseconds of a window
   * @param blockDuration - milliseconds of a block; 0: until the window ends
   * @returns times in whole seconds, rounded up
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<FsmThrottlerRecord> {
    const { hits, isBlocked, secondsLeft } = await this.#windows.hit(toIdentifier(key, throttlerName), {
      limit,
      windowSeconds: Math.max(ttl, SHORTEST_MS) / 1000,
      blockSeconds: Math.max(blockDuration, 0) / 1000,
    });
    const timeLeft = Math.ceil(secondsLeft);
    return { totalHits: hits, timeToExpire: timeLeft, isBlocked, timeToBlockExpire: isBlocked ? timeLeft : 0 };
  }
}

/** Hashed, because an app's `generateKey` may return invalid identifiers, and no two pairs may collide. */
function toIdentifier(key: string, throttlerName: string): string {
  return `throttle:${createHash('sha256')
    .update(JSON.stringify([throttlerName, key]))
    .digest('hex')}`;
}
