import { type DynamicModule, Module } from '@nestjs/common';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { createFeatureProvider, getFeatureToken } from './feature-storage.js';
import { ConfigurableModuleClass } from './module-definition.js';
import type { FsmStorageRootAsyncOptions, FsmStorageRootOptions } from './module-options.js';

/**
 * Provides a storage to a Nest app: started before any consumer's `onModuleInit`, usable in `onModuleDestroy` and
 * `beforeApplicationShutdown`, closed at the end (rule LC-3). Signals end the app in that order only after
 * `app.enableShutdownHooks()`.
 */
@Module({})
export class FsmStorageModule extends ConfigurableModuleClass {
  /**
   * Provides `BaseStorage`, or with `name` the token `getFsmStorageToken(name)`. Wrong options are reported all at
   * once when the app is created.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common';
   * import { FsmStorageModule } from 'nestjs-fsm-storage';
   *
   * @Module({ imports: [FsmStorageModule.forRoot({ backend: 'sqlite', path: 'fsm.db', defaultTtl: 3600 })] })
   * export class AppModule {}
   * ```
   */
  static override forRoot(options: FsmStorageRootOptions): DynamicModule {
    assertObject('FsmStorageModule.forRoot', options);
    return super.forRoot(options);
  }

  /**
   * The same with options that are known only when the app runs. `name`, `isGlobal` and `extraProviders` stand beside
   * the factory, not in what it returns.
   *
   * @example
   * ```ts
   * import { Module } from '@nestjs/common';
   * import { FsmStorageModule } from 'nestjs-fsm-storage';
   *
   * @Module({
   *   imports: [
   *     FsmStorageModule.forRootAsync({
   *       isGlobal: true,
   *       useFactory: () => ({ backend: 'redis', url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' }),
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static override forRootAsync(options: FsmStorageRootAsyncOptions): DynamicModule {
    assertObject('FsmStorageModule.forRootAsync', options);
    assertOneFactory(options);
    return super.forRootAsync(options);
  }

  /**
   * Provides a view of a storage in the namespace `<root>.<feature>`, under `getFsmStorageToken(feature)`: the same
   * connection, other identifiers (rule NS-4). Works in every module of the app, `isGlobal` or not.
   * @param storageName - the `name` of the root's storage, and then the token is that of `<storageName>.<feature>`; left
   * out: the default storage
   * @throws InvalidOptionsError when `feature` is not 1 to 64 of `A-Z a-z 0-9 . _ -`
   *
   * @example
   * ```ts
   * import { Injectable, Module } from '@nestjs/common';
   * import { BaseStorage, FsmStorageModule, InjectFsmStorage } from 'nestjs-fsm-storage';
   *
   * @Injectable()
   * class Orders {
   *   constructor(@InjectFsmStorage('orders') readonly storage: BaseStorage) {}
   * }
   *
   * @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [Orders] })
   * export class OrdersModule {}
   * ```
   */
  static forFeature(feature: string, storageName?: string): DynamicModule {
    const provider = createFeatureProvider(feature, storageName);
    return { module: FsmStorageModule, providers: [provider], exports: [getFeatureToken(feature, storageName)] };
  }
}

function assertObject(subject: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidOptionsError(subject, ["options: expected an object such as { backend: 'memory' }"]);
}

function assertOneFactory({ useFactory, useClass, useExisting }: FsmStorageRootAsyncOptions): void {
  const given = [useFactory, useClass, useExisting].filter((factory) => factory !== undefined).length;
  const problems = given === 1 ? [] : [`useFactory, useClass, useExisting: expected exactly one of them, got ${given}`];
  for (const [name, factory] of Object.entries({ useFactory, useClass })) {
    if (factory !== undefined && typeof factory !== 'function') {
      problems.push(`${name}: expected a ${name === 'useClass' ? 'class' : 'function'}, got ${typeof factory}`);
    }
  }
  if (problems.length > 0) throw new InvalidOptionsError('FsmStorageModule.forRootAsync', problems);
}
