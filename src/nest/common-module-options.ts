import type { StorageOptions } from '../storage/storage-options.js';
import type { OptionsReader } from '../toolkit/options-reader.js';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';

/** How the module retries when the backend is unavailable while the app boots. */
export interface StartRetryOptions {
  /**
   * How often a start that failed because of an outage is retried; a whole number from 0. Wrong options and missing
   * packages are reported at once.
   * @defaultValue 9
   */
  readonly retryAttempts?: number | undefined;
  /**
   * Milliseconds between two attempts to start; 0 to 2147483647.
   * @defaultValue 3000
   */
  readonly retryDelay?: number | undefined;
}

/**
 * The options of every backend. By default, `onBackgroundError` logs such errors as warnings, and `layers` has a
 * `circuitBreaker()` for each backend behind a network: Redis, Postgres, MySQL and MariaDB, also when they are reached
 * through a `DataSource`.
 */
export interface CommonModuleOptions extends StorageOptions, StartRetryOptions {}

/** `StartRetryOptions` with the defaults filled in. */
export interface StartRetry {
  readonly attempts: number;
  /** Milliseconds between two attempts. */
  readonly delay: number;
}

/** As in `@nestjs/typeorm`: nearly half a minute for a database that boots together with the app. */
const DEFAULTS: StartRetry = Object.freeze({ attempts: 9, delay: 3000 });

/** Reads the options of `StartRetryOptions`; problems go to the reader. */
export function readStartRetry(reader: OptionsReader): StartRetry {
  return {
    attempts: reader.integer('retryAttempts', { min: 0 }) ?? DEFAULTS.attempts,
    delay: reader.integer('retryDelay', { min: 0, max: MAX_TIMER_MS }) ?? DEFAULTS.delay,
  };
}
