import { isPending } from '../contract/awaitable.js';
import type { Awaitable, StorageDriver } from '../contract/storage-driver.js';
import { afterWhatHasCome } from '../contract/time-limit.js';
import type { Outcome } from '../errors/backend.error.js';
import { documentCodec, type StateCodec, textCodec } from '../rules/state-codec.js';
import { toStorageError } from './driver-errors.js';
import { Lifecycle, type Resource } from './lifecycle.js';
import type { ResolvedStorageOptions } from './storage-options.js';
import { Sweeper } from './sweeper.js';
import { createUpdateQueue } from './update-queue.js';

/** What a storage and its views for other namespaces share: one driver, started and stopped once. */
export class StorageCore<Encoded> {
  readonly driver: StorageDriver<Encoded>;
  readonly codec: StateCodec<Encoded>;
  readonly options: ResolvedStorageOptions;
  readonly lifecycle: Lifecycle;
  readonly updates = createUpdateQueue();

  constructor(driver: StorageDriver<Encoded>, options: ResolvedStorageOptions) {
    this.driver = driver;
    this.codec = codecOf(driver);
    this.options = options;
    this.lifecycle = new Lifecycle(this.#resource());
  }

  /** Does an operation while the storage is started; `stop` waits for it. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    this.lifecycle.enter();
    try {
      return await work();
    } finally {
      this.lifecycle.leave();
    }
  }

  /** Asks the driver; `outcome` is what a failure means that the driver did not translate. */
  async ask<T>(operation: string, outcome: Outcome, call: () => Awaitable<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toStorageError(error, this.driver.backend, operation, outcome);
    }
  }

  /** An operation that is a single call of the driver, its arguments checked on the way. */
  run<T>(operation: string, outcome: Outcome, work: () => Awaitable<T>): Promise<T> {
    try {
      this.lifecycle.assertStarted();
      const result = work();
      // What a driver inside the process answers at once is never in flight.
      return isPending(result) ? this.#settle(operation, outcome, result) : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(toStorageError(error, this.driver.backend, operation, outcome));
    }
  }

  async #settle<T>(operation: string, outcome: Outcome, result: Promise<T>): Promise<T> {
    this.lifecycle.enter();
    try {
      return await result;
    } catch (error) {
      throw toStorageError(error, this.driver.backend, operation, outcome);
    } finally {
      this.lifecycle.leave();
    }
  }

  /** Tells an error that has no caller. Never throws. */
  report(error: unknown): void {
    const told = toStorageError(error, this.driver.backend, 'in the background', 'not-applied');
    // A handler that fails, now or later, has nobody left to tell, and must not end the process (rule ER-5).
    void (async () => this.options.onBackgroundError(told))().catch(() => {});
  }

  /** Whether a round trip succeeds in time. Not counted as in flight: a hanging backend must not hold up `stop`. */
  async health(): Promise<boolean> {
    if (!this.lifecycle.isStarted) return false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(
        afterWhatHasCome(() => resolve(false)),
        this.options.healthTimeout,
      );
    });
    const answered = this.#ping().then(
      () => true,
      () => false,
    );
    return Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }

  async #ping(): Promise<void> {
    await this.driver.ping();
  }

  #resource(): Resource {
    const report = (error: unknown): void => this.report(error);
    const sweeper = new Sweeper((limit) => this.driver.sweep(limit), this.options.sweepInterval, report);
    return {
      open: async () => {
        const context = { clock: this.options.clock, reportBackgroundError: report };
        await this.ask('start', 'not-applied', () => this.driver.open(context));
        sweeper.start();
      },
      close: async () => {
        await sweeper.stop();
        await this.ask('stop', 'not-applied', () => this.driver.close());
      },
    };
  }
}

/** The border where a driver's word about its encoding becomes its type. */
function codecOf<Encoded>(driver: StorageDriver<Encoded>): StateCodec<Encoded> {
  const codec = driver.encoding === 'text' ? textCodec : documentCodec;
  return codec as unknown as StateCodec<Encoded>;
}
