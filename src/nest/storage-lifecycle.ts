import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BaseStorage } from '../contract/base-storage.js';
import { isBackendError, isFailureOfBackend, StorageUnavailableError } from '../errors/backend-errors.js';
import type { ModuleSettings } from './backend-loader.js';
import type { StartRetry } from './common-module-options.js';
import { describeErrorSafely } from './logging.js';
import { CORE_STORAGE, MODULE_SETTINGS, STORAGE_LABEL } from './storage-tokens.js';
import { sharedClass } from '../errors/shared-class.js';

/**
 * Shows whether Nest scanned it with the app: then it has a distance from the root module. A module that a
 * `LazyModuleLoader` has loaded keeps the distance 0, and Nest calls no hooks of it.
 */
@Module({})
export class FsmStorageScanModule {}

/**
 * Starts and stops one storage with the app (rule LC-3). It stops in `onApplicationShutdown`, Nest's last phase:
 * consumers still use the storage in `onModuleDestroy`, in `beforeApplicationShutdown` and in requests that are in
 * flight while the HTTP server closes.
 *
 * If another module fails to initialise after this storage has started, `app.close()` stops it: Nest runs the shutdown
 * hooks after a failed `init` only then, and Nest 11 only if the app has an HTTP server.
 */
@Injectable()
@sharedClass('StorageLifecycle')
export class StorageLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('FsmStorageModule');
  readonly #closing = new AbortController();
  /** A test may have replaced it by a mock that has only the methods that the test calls. */
  readonly #storage: Pick<BaseStorage, 'backend'> & Partial<Pick<BaseStorage, 'start' | 'stop'>>;
  readonly #retry: StartRetry;
  readonly #label: string;
  readonly #modules: ModulesContainer;

  constructor(
    @Inject(CORE_STORAGE) storage: BaseStorage,
    @Inject(MODULE_SETTINGS) settings: ModuleSettings,
    @Inject(STORAGE_LABEL) label: string,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    this.#storage = storage;
    this.#retry = settings.retry;
    this.#label = label;
    this.#modules = modules;
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.#startWithRetry();
    } catch (error) {
      await this.#stopEveryStorage();
      throw isFailureOfBackend(error) ? this.#startError(error) : error;
    }
  }

  /** In place of the hooks that Nest does not call. A module that is always there calls the hook that stops the storage. */
  async startIfLoadedLazily(): Promise<void> {
    const modules = [...this.#modules.values()];
    const core = modules.find((module) => module.providers.get(StorageLifecycle)?.instance === this);
    const scans = [...(core?.imports ?? [])].filter((module) => module.metatype === FsmStorageScanModule);
    if (scans.every((scan) => scan.distance > 0)) return;
    await this.onModuleInit();
    modules[0]?.addProvider({ provide: Symbol('FsmStorage:lifecycle'), useValue: this });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closing.abort();
    await this.#storage.stop?.();
  }

  /** Retries until the start succeeds, the attempts are used up, retrying cannot help or the app closes. */
  async #startWithRetry(): Promise<void> {
    const { signal } = this.#closing;
    for (let attemptsLeft = this.#retry.attempts; ; attemptsLeft -= 1) {
      try {
        await this.#storage.start?.();
        return;
      } catch (error) {
        const canHelp = isFailureOfBackend(error) && !isPermanent(error);
        if (attemptsLeft === 0 || !canHelp || signal.aborted) throw error;
        this.#logRetry(error, attemptsLeft);
        // Not unref'ed: while the app boots, nothing else may keep the process alive, and it would end silently.
        const isClosing = await sleep(this.#retry.delay, false, { signal }).catch(() => true);
        if (isClosing) throw error;
      }
    }
  }

  /** An app whose storage cannot start does not run, so its other started storages must not keep the process alive. */
  async #stopEveryStorage(): Promise<void> {
    const lifecycles = [...this.#modules.values()].map((module) => module.providers.get(StorageLifecycle)?.instance);
    const started = lifecycles.filter((lifecycle) => lifecycle instanceof StorageLifecycle);
    // Errors of stopping are dropped: the caller gets the error of the start, which is the cause.
    await Promise.allSettled(started.map(async (lifecycle) => lifecycle.#storage.stop?.()));
  }

  #logRetry(error: unknown, attemptsLeft: number): void {
    this.#logger.warn(
      `${this.#label} (${this.#storage.backend}) did not start: ${describeErrorSafely(error)} ` +
        `Trying again in ${this.#retry.delay} ms, up to ${attemptsLeft} more time(s).`,
    );
  }

  #startError(error: unknown): StorageUnavailableError {
    const subject = `${this.#label} (${this.#storage.backend}) did not start`;
    const reason = describeErrorSafely(error);
    if (isPermanent(error)) {
      const text = `${subject}, and trying again cannot help: ${reason}`;
      return new StorageUnavailableError(text, { outcome: 'not-applied', isPermanent: true, cause: error });
    }
    return new StorageUnavailableError(
      `${subject}, tried ${this.#retry.attempts + 1} time(s): ${reason} Check that the backend runs and can be reached; ` +
        'retryAttempts and retryDelay define how long the module waits for it.',
      { outcome: 'not-applied', cause: error },
    );
  }
}

function isPermanent(error: unknown): boolean {
  return isBackendError(error) && error.isPermanent;
}
