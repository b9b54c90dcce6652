import { OPERATION_EFFECTS, type StorageOperation } from '../contract/operations.js';
import type { Awaitable, StorageDriver } from '../contract/storage-driver.js';
import { documentCodec, type StateCodec, textCodec } from '../codec/state-codec.js';
import { type Effect, outcomeOf, StorageUnavailableError } from '../errors/backend-errors.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { ignoreErrors, isPending } from '../toolkit/awaitable.js';
import type { KeyedQueue } from '../toolkit/keyed-queue.js';
import { errorCode, errorName } from '../toolkit/properties.js';
import { resolvesWithin } from '../toolkit/time-limit.js';
import { Lifecycle, type Resource } from './lifecycle.js';
import type { ResolvedStorageOptions } from './storage-options.js';
import { Sweeper } from './sweeper.js';
import { createUpdateQueue } from './update.js';

/**
 * What a storage and its views of other namespaces share: one driver, started and stopped once.
 *
 * Every operation runs in one of two ways. An operation that is a single driver call uses `run`. An operation with
 * several steps uses `runSteps`, and `callDriver` for each driver call within it; other errors of its steps, such as
 * those of the caller's function, pass unchanged.
 */
export class StorageCore<Encoded> {
  readonly driver: StorageDriver<Encoded>;
  readonly codec: StateCodec<Encoded>;
  readonly options: ResolvedStorageOptions;
  readonly lifecycle: Lifecycle;
  readonly updates: KeyedQueue = createUpdateQueue();

  constructor(driver: StorageDriver<Encoded>, options: ResolvedStorageOptions) {
    this.driver = driver;
    this.codec = codecOf(driver);
    this.options = options;
    this.lifecycle = new Lifecycle(this.#resource());
  }

  /** Runs an operation that is one driver call; `call` also validates the arguments. */
  run<T>(operation: StorageOperation, call: () => Awaitable<T>): Promise<T> {
    try {
      this.lifecycle.assertStarted();
      const result = call();
      // The driver has already finished, so nothing is in flight.
      if (!isPending(result)) return Promise.resolve(result);
      return this.#settle(operation, result);
    } catch (error) {
      return Promise.reject(this.#translate(error, operation, OPERATION_EFFECTS[operation]));
    }
  }

  /** The same as `runSteps` around `callDriver`, as one function: this is the hot path. */
  async #settle<T>(operation: StorageOperation, result: Promise<T>): Promise<T> {
    this.lifecycle.enter();
    try {
      return await result;
    } catch (error) {
      throw this.#translate(error, operation, OPERATION_EFFECTS[operation]);
    } finally {
      this.lifecycle.leave();
    }
  }

  /** Runs an operation with several steps. `stop` waits until the last one is done. */
  async runSteps<T>(steps: () => Promise<T>): Promise<T> {
    this.lifecycle.enter();
    try {
      return await steps();
    } finally {
      this.lifecycle.leave();
    }
  }

  /**
   * Makes one driver call of an operation and translates its failure.
   * @param effect - by default, that of the whole operation
   */
  async callDriver<T>(
    operation: StorageOperation,
    call: () => Awaitable<T>,
    effect: Effect = OPERATION_EFFECTS[operation],
  ): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.#translate(error, operation, effect);
    }
  }

  /** Reports an error that has no caller. Never throws. */
  report(error: unknown): void {
    const reported = this.#translate(error, 'in the background', 'read');
    // An error of the handler has no caller either, and must not end the process (rule ER-5).
    ignoreErrors(() => this.options.onBackgroundError(reported));
  }

  /** Whether a round trip succeeds in time. Does not count as in flight, so a hanging backend cannot delay `stop`. */
  async health(): Promise<boolean> {
    if (!this.lifecycle.isStarted) return false;
    return resolvesWithin(this.options.healthTimeout, async () => this.driver.ping());
  }

  /** Passes errors of this package; converts whatever else a driver throws (rules ER-1, ER-4). */
  #translate(error: unknown, operation: string, effect: Effect): Error {
    if (isFsmStorageError(error)) return error;
    // The error's name and code only: a foreign message may hold state data or a password.
    const description = `${errorName(error)} ${errorCode(error)}`.trim();
    return new StorageUnavailableError(
      `${operation}: the ${this.driver.backend} driver failed with ${description}; see the cause.`,
      { outcome: outcomeOf(effect), cause: error },
    );
  }

  #resource(): Resource {
    const report = (error: unknown): void => this.report(error);
    const sweeper = new Sweeper((limit) => this.driver.sweep(limit), this.options.sweepInterval, report);
    return {
      open: async () => {
        const context = { clock: this.options.clock, reportBackgroundError: report };
        await this.callDriver('start', () => this.driver.open(context));
        sweeper.start();
      },
      close: async () => {
        await sweeper.stop();
        await this.callDriver('stop', () => this.driver.close());
      },
    };
  }
}

/** `driverProblems` has checked `encoding`, which names the type of what the driver stores. */
function codecOf<Encoded>(driver: StorageDriver<Encoded>): StateCodec<Encoded> {
  const codec = driver.encoding === 'text' ? textCodec : documentCodec;
  return codec as unknown as StateCodec<Encoded>;
}
