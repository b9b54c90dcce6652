import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { BaseStorage } from '../contract/base-storage.js';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { type Imported, importPeer, moduleOf } from '../toolkit/peer-packages.js';
import { sharedClass } from '../errors/shared-class.js';

type Terminus = typeof import('@nestjs/terminus');

/** @throws MissingDependencyError when `@nestjs/terminus` is not installed */
export function importTerminus(): Promise<Terminus> {
  return importPeer('nestjs-fsm-storage/terminus', '@nestjs/terminus', () => moduleOf(loadTerminus()));
}

async function loadTerminus(): Promise<Imported<Terminus>> {
  try {
    return { module: await import('@nestjs/terminus') };
  } catch (error) {
    return { error };
  }
}

/** The storage to check: by default the default storage. */
export interface FsmStorageHealthOptions {
  /** The `name` given to {@link FsmStorageModule.forRoot}, or the name of a feature. */
  readonly name?: string | undefined;
  /** A storage that the app has created itself; takes precedence over `name`. */
  readonly storage?: BaseStorage | undefined;
}

/** The details of a storage in a health body. */
export interface FsmStorageHealth extends Record<string, unknown> {
  readonly backend: string;
  readonly namespace: string;
  /** The duration of the check in whole milliseconds. */
  readonly latency: number;
}

/**
 * A health indicator for terminus (rule HL-2). A storage is `down`, and the check returns HTTP 503, when no round trip
 * succeeds within the storage's `healthTimeout`. Provided by {@link FsmStorageHealthModule}.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
 * import { FsmStorageHealthIndicator } from 'nestjs-fsm-storage/terminus';
 *
 * @Controller('health')
 * export class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly storage: FsmStorageHealthIndicator,
 *   ) {}
 *
 *   @Get()
 *   @HealthCheck()
 *   check() {
 *     return this.health.check([() => this.storage.isHealthy()]);
 *   }
 * }
 * ```
 */
@Injectable()
@sharedClass('FsmStorageHealthIndicator')
export class FsmStorageHealthIndicator implements OnModuleInit {
  readonly #moduleRef: ModuleRef;
  #indicators: HealthIndicatorService | undefined;

  constructor(@Inject(ModuleRef) moduleRef: ModuleRef) {
    this.#moduleRef = moduleRef;
  }

  /**
   * Lets the app fail at its start, rather than at the first check, where terminus is missing.
   * @throws {@link MissingDependencyError} when `@nestjs/terminus` is not installed
   * @throws {@link InvalidOptionsError} when the app does not import `TerminusModule`
   */
  async onModuleInit(): Promise<void> {
    await this.#loadIndicators();
  }

  /**
   * Checks a storage.
   * @param key - the name of the storage in the body
   * @returns `up` or `down` with backend, namespace and latency; never a secret
   * @throws {@link InvalidOptionsError} when the app has no storage with that name
   */
  async isHealthy<const Key extends string = 'fsm-storage'>(
    key: Key = 'fsm-storage' as Key,
    options: FsmStorageHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key, 'up' | 'down', FsmStorageHealth>> {
    const storage = options.storage ?? this.#find(options.name);
    const indicator = (await this.#loadIndicators()).check(key);
    const startedAt = performance.now();
    const isUp = await isStorageHealthy(storage);
    const latency = Math.round(performance.now() - startedAt);
    const health = { backend: storage.backend, namespace: storage.namespace, latency };
    return isUp ? indicator.up(health) : indicator.down({ ...health, message: 'the storage does not respond' });
  }

  async #loadIndicators(): Promise<HealthIndicatorService> {
    if (this.#indicators !== undefined) return this.#indicators;
    const { HealthIndicatorService } = await importTerminus();
    try {
      const indicators = this.#moduleRef.get(HealthIndicatorService, { strict: false });
      this.#indicators = indicators;
      return indicators;
    } catch {
      throw new InvalidOptionsError('FsmStorageHealthIndicator', [
        'imports: the app does not import TerminusModule; import it, or FsmStorageHealthModule',
      ]);
    }
  }

  #find(name?: string): BaseStorage {
    try {
      return this.#moduleRef.get<BaseStorage>(getFsmStorageToken(name), { strict: false });
    } catch {
      throw new InvalidOptionsError('FsmStorageHealthIndicator', [describeMissing(name)]);
    }
  }
}

async function isStorageHealthy(storage: BaseStorage): Promise<boolean> {
  try {
    return await storage.health();
  } catch {
    // A custom storage may break HL-1 and reject. Its error is dropped, as it could contain a secret.
    return false;
  }
}

function describeMissing(name?: string): string {
  return name === undefined
    ? 'name: the app has no default storage; add FsmStorageModule.forRoot(…), or give the name of another one'
    : `name: the app has no storage "${name}"; add FsmStorageModule.forRoot({ …, name: '${name}' })`;
}
