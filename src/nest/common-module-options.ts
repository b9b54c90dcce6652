import type { StorageOptions } from '../storage/storage-options.js';

/** How the module behaves when the backend does not answer at boot. */
export interface StartRetryOptions {
  /**
   * How often a start that failed because of an outage is tried again; from 0. Wrong options and missing packages are
   * reported at once.
   * @defaultValue 9
   */
  readonly retryAttempts?: number | undefined;
  /**
   * Milliseconds between two attempts to start; from 0.
   * @defaultValue 3000
   */
  readonly retryDelay?: number | undefined;
}

/**
 * What every backend takes. `onBackgroundError` left out, such errors are warnings in Nest's log; `layers` left out,
 * what lies behind a network gets a `circuitBreaker()`: Redis, Postgres, MySQL and MariaDB, also by a `DataSource`.
 */
export interface CommonModuleOptions extends StorageOptions, StartRetryOptions {}
