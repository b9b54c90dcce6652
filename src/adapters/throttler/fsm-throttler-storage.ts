import { createHash } from 'node:crypto';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { BaseStorage } from '../../contract/base-storage.js';
import { isBackendError } from '../../errors/backend-errors.js';
import { sharedClass } from '../../errors/shared-class.js';
import { InvalidOptionsError } from '../../errors/usage-errors.js';
import { FixedWindows } from '../../rate-limit/windows.js';
import { describeValue } from '../../toolkit/describe-value.js';
import { OptionsReader } from '../../toolkit/options-reader.js';

/** The options of {@link FsmThrottlerStorage}. */
export interface FsmThrottlerStorageOptions {
  /**
   * What happens to a request while the storage fails. `reject`: the storage's error passes to the app; `allow`: the request
   * is allowed and not counted.
   * @defaultValue 'reject'
   */
  readonly onUnavailable?: 'reject' | 'allow' | undefined;
}

/** The result for the throttler's guard; `@nestjs/throttler` does not export this type. */
export type FsmThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The shortest window, in milliseconds: for the storage, a ttl of 0 means that a counter never expires. */
const SHORTEST_MS = 1;
/** 100 years: the longest ttl of the storage. */
const LONGEST_MS = 100 * 365.25 * 24 * 60 * 60 * 1000;

/** The result while the storage fails and requests are allowed. */
const ALLOWED: FsmThrottlerRecord = Object.freeze({
  totalHits: 0,
  timeToExpire: 0,
  isBlocked: false,
  timeToBlockExpire: 0,
});

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
@sharedClass('FsmThrottlerStorage')
export class FsmThrottlerStorage implements ThrottlerStorage {
  readonly #windows: FixedWindows;
  readonly #allowsWhenUnavailable: boolean;

  /** @throws {@link InvalidOptionsError} when an option is wrong or unknown */
  constructor(storage: BaseStorage, options: FsmThrottlerStorageOptions = {}) {
    const reader = new OptionsReader('FsmThrottlerStorage', options);
    this.#allowsWhenUnavailable = reader.oneOf('onUnavailable', ['reject', 'allow']) === 'allow';
    reader.finish();
    this.#windows = new FixedWindows(storage);
  }

  /**
   * Counts a request. Called by the throttler's guard. Numbers may be given as text, as they come from the environment.
   * @param ttl - milliseconds of a window; 0: the shortest window, one millisecond
   * @param limit - requests allowed in a window; 0: none
   * @param blockDuration - milliseconds of a block; 0: until the window ends
   * @returns times in whole seconds, rounded up
   * @throws {@link InvalidOptionsError} when `ttl`, `limit` or `blockDuration` is not a number in its range
   * @throws {@link StorageUnavailableError} when the storage fails, unless `onUnavailable` is `allow`
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<FsmThrottlerRecord> {
    const rule = readRule(ttl, limit, blockDuration);
    try {
      const { hits, isBlocked, secondsLeft } = await this.#windows.hit(toIdentifier(key, throttlerName), rule);
      const timeLeft = Math.ceil(secondsLeft);
      return { totalHits: hits, timeToExpire: timeLeft, isBlocked, timeToBlockExpire: isBlocked ? timeLeft : 0 };
    } catch (error) {
      if (this.#allowsWhenUnavailable && isBackendError(error)) return ALLOWED;
      throw error;
    }
  }
}

/** The throttler passes on what the app's configuration contains, so it is checked here, and all problems reported at once. */
function readRule(ttl: unknown, limit: unknown, blockDuration: unknown) {
  const problems: string[] = [];
  const read = (name: string, value: unknown, max: number): number => {
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= 0 && number <= max) return number;
    problems.push(
      `${name}: expected a number from 0${max === Infinity ? '' : ` to ${max}`}, got ${describeValue(value)}`,
    );
    return 0;
  };
  const rule = {
    windowSeconds: Math.max(read('ttl', ttl, LONGEST_MS), SHORTEST_MS) / 1000,
    limit: read('limit', limit, Infinity),
    blockSeconds: read('blockDuration', blockDuration ?? 0, LONGEST_MS) / 1000,
  };
  if (problems.length > 0) throw new InvalidOptionsError('ThrottlerModule', problems);
  return rule;
}

/** Hashed, because an app's `generateKey` may return invalid identifiers, and no two pairs may collide. */
function toIdentifier(key: string, throttlerName: string): string {
  return `throttle:${createHash('sha256')
    .update(JSON.stringify([throttlerName, key]))
    .digest('hex')}`;
}
