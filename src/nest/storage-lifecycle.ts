import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BaseStorage } from '../contract/base-storage.js';
import { isFailureOfBackend, StorageUnavailableError } from '../errors/backend-errors.js';
import { describeErrorSafely } from './logging.js';
import type { StartRetryOptions } from './common-module-options.js';
import { resolveStartRetry, type StartRetry, startWithRetry } from './start-retry.js';
import { CORE_STORAGE, MODULE_OPTIONS, STORAGE_LABEL } from './storage-tokens.js';

/**
 * Starts and stops one storage with the app (rule LC-3). Stopping waits for `onApplicationShutdown`, Nest's last
 * phase: consumers still use the storage in `onModuleDestroy`, in `beforeApplicationShutdown` and in requests that are
 * being answered while the HTTP server closes.
 *
 * Where another module fails to initialise after this storage has started, `app.close()` stops it: Nest runs the
 * shutdown hooks after a failed `init` only then, and Nest 11 only where the app has an HTTP server.
 */
@Injectable()
export class StorageLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('FsmStorageModule');
  readonly #closing = new AbortController();
  /** A test may have put a mock in its place that is no more than what the test calls. */
  readonly #storage: Pick<BaseStorage, 'backend'> & Partial<Pick<BaseStorage, 'start' | 'stop'>>;
  readonly #retry: StartRetry;
  readonly #label: string;
  readonly #modules: ModulesContainer;

  constructor(
    @Inject(CORE_STORAGE) storage: BaseStorage,
    @Inject(MODULE_OPTIONS) options: StartRetryOptions,
    @Inject(STORAGE_LABEL) label: string,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    this.#storage = storage;
    this.#retry = resolveStartRetry(options);
    this.#label = label;
    this.#modules = modules;
  }

  async onModuleInit(): Promise<void> {
    const start = async (): Promise<void> => this.#storage.start?.();
    const onRetry = (error: unknown, attemptsLeft: number): void => this.#logRetry(error, attemptsLeft);
    try {
      await startWithRetry(start, this.#retry, { onRetry, signal: this.#closing.signal });
    } catch (error) {
      await this.#stopEveryStorage();
      throw isFailureOfBackend(error) ? this.#startError(error) : error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closing.abort();
    await this.#storage.stop?.();
  }

  /** An app whose storage cannot start will not run; the others that have started must not keep its process alive. */
  async #stopEveryStorage(): Promise<void> {
    const lifecycles = [...this.#modules.values()].map((module) => module.providers.get(StorageLifecycle)?.instance);
    const started = lifecycles.filter((lifecycle) => lifecycle instanceof StorageLifecycle);
    // What fails here has no better error to tell than the one that is being reported.
    await Promise.allSettled(started.map(async (lifecycle) => lifecycle.#storage.stop?.()));
  }

  #logRetry(error: unknown, attemptsLeft: number): void {
    this.#logger.warn(
      `${this.#label} (${this.#storage.backend}) did not start: ${describeErrorSafely(error)} ` +
        `Trying again in ${this.#retry.delay} ms, up to ${attemptsLeft} more time(s).`,
    );
  }

  #startError(error: unknown): StorageUnavailableError {
    return new StorageUnavailableError(
      `${this.#label} (${this.#storage.backend}) did not start, tried ${this.#retry.attempts + 1} time(s): ` +
        `${describeErrorSafely(error)} Check that the backend runs and can be reached; ` +
        'retryAttempts and retryDelay say how long the module waits for it.',
      { outcome: 'not-applied', cause: error },
    );
  }
}
