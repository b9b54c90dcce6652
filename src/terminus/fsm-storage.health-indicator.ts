import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { BaseStorage } from '../contract/base-storage.js';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';

/** Which storage is asked: the default one, one by name, or one at hand. */
export interface FsmStorageHealthOptions {
  /** The `name` given to `forRoot`, or a feature's. */
  readonly name?: string | undefined;
  /** A storage the app holds itself; goes before `name`. */
  readonly storage?: BaseStorage | undefined;
}

/** What a health body tells of a storage. */
export interface FsmStorageHealth extends Record<string, unknown> {
  readonly backend: string;
  readonly namespace: string;
  /** How long the answer took, in whole milliseconds. */
  readonly latency: number;
}

/**
 * Tells terminus whether a storage answers (rule HL-2). It is `down`, and the check HTTP 503, when no round trip
 * succeeds within the storage's `healthTimeout`. Provided by `FsmStorageHealthModule`.
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
export class FsmStorageHealthIndicator {
  readonly #indicators: HealthIndicatorService;
  readonly #moduleRef: ModuleRef;

  constructor(
    @Inject(HealthIndicatorService) indicators: HealthIndicatorService,
    @Inject(ModuleRef) moduleRef: ModuleRef,
  ) {
    this.#indicators = indicators;
    this.#moduleRef = moduleRef;
  }

  /**
   * @param key - what the body calls it
   * @returns `up` or `down` with backend, namespace and latency; never a secret
   * @throws InvalidOptionsError when the app has no storage of that name
   */
  async isHealthy<const Key extends string = 'fsm-storage'>(
    key: Key = 'fsm-storage' as Key,
    options: FsmStorageHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key, 'up' | 'down', FsmStorageHealth>> {
    const storage = options.storage ?? this.#find(options.name);
    const indicator = this.#indicators.check(key);
    const startedAt = performance.now();
    const isUp = await answers(storage);
    const latency = Math.round(performance.now() - startedAt);
    const health = { backend: storage.backend, namespace: storage.namespace, latency };
    return isUp ? indicator.up(health) : indicator.down({ ...health, message: 'the storage does not answer' });
  }

  #find(name?: string): BaseStorage {
    try {
      return this.#moduleRef.get<BaseStorage>(getFsmStorageToken(name), { strict: false });
    } catch {
      throw new InvalidOptionsError('FsmStorageHealthIndicator', [describeMissing(name)]);
    }
  }
}

async function answers(storage: BaseStorage): Promise<boolean> {
  try {
    return await storage.health();
  } catch {
    // A storage of the app's own may break HL-1 and reject. What it says could hold a secret, so only that counts.
    return false;
  }
}

function describeMissing(name?: string): string {
  return name === undefined
    ? 'name: the app has no default storage; add FsmStorageModule.forRoot(…), or tell the name of another one'
    : `name: the app has no storage "${name}"; add FsmStorageModule.forRoot({ …, name: '${name}' })`;
}
