import { ConfigurableModuleBuilder, type DynamicModule, Inject, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { createFeatureProvider, getFeatureToken } from './feature-storage.js';
import { FsmStorageCoreModule } from './fsm-storage-core.module.js';
import type {
  FsmStorageModuleExtras,
  FsmStorageModuleOptions,
  FsmStorageRootAsyncOptions,
  FsmStorageRootOptions,
  RuntimeModuleOptions,
} from './module-options.js';
import { withCheckedFactory } from './options-factory.js';
import { getRootToken, MODULE_OPTIONS } from './storage-tokens.js';
import { sharedClass } from '../errors/shared-class.js';

const EXTRAS: FsmStorageModuleExtras = { name: undefined, isGlobal: false, extraProviders: [] };

/**
 * The part of `FsmStorageModule` that Nest's builder generates. `alwaysTransient`: two calls of `forRoot` are two
 * registrations even if their metadata are equal, so that a duplicate name is reported and not merged silently.
 */
const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<FsmStorageModuleOptions | RuntimeModuleOptions>({
  moduleName: 'FsmStorage',
  optionsInjectionToken: MODULE_OPTIONS,
  alwaysTransient: true,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createFsmStorageOptions')
  .setExtras<FsmStorageModuleExtras>(EXTRAS, registerRoot)
  .build();

/**
 * Provides a storage to a Nest app: started before any consumer's `onModuleInit`, usable in `onModuleDestroy` and
 * `beforeApplicationShutdown`, closed at the end (rule LC-3). To close it on a signal too, call
 * `app.enableShutdownHooks()`.
 */
@Module({})
@sharedClass('FsmStorageModule')
export class FsmStorageModule extends ConfigurableModuleClass {
  /** @throws {@link InvalidOptionsError} when a module imports this class itself instead of what its methods return */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    super();
    const registrations = [...modules.values()].filter((module) => module.metatype === FsmStorageModule);
    if (registrations.every(({ exports }) => exports.size > 0)) return;
    throw new InvalidOptionsError('FsmStorageModule', [
      "imports: expected FsmStorageModule.forRoot({ backend: 'memory' }), forRootAsync() or forFeature('orders'), got the " +
        'class FsmStorageModule, which provides no storage',
    ]);
  }

  /**
   * Provides `BaseStorage`, or with `name` the token {@link getFsmStorageToken}`(name)`. When the app is created, it fails
   * with an {@link InvalidOptionsError} that lists every wrong option, or with a {@link MissingDependencyError}.
   * @throws {@link InvalidOptionsError} when `options` is not an object or an option for Nest is wrong
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
  static override forRoot<Backend extends string | undefined = never>(
    options: FsmStorageRootOptions<Backend>,
  ): DynamicModule {
    assertObject('FsmStorageModule.forRoot', options);
    return super.forRoot(options);
  }

  /**
   * The same as {@link FsmStorageModule.forRoot} with options that are known only when the app runs. `name`, `isGlobal`
   * and `extraProviders` are given next to the factory, not in what it returns.
   * @throws {@link InvalidOptionsError} unless exactly one of `useFactory`, `useClass` and `useExisting` is given
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
  static override forRootAsync<Backend extends string | undefined = never>(
    options: FsmStorageRootAsyncOptions<Backend>,
  ): DynamicModule {
    assertObject('FsmStorageModule.forRootAsync', options);
    return super.forRootAsync(withCheckedFactory(options));
  }

  /**
   * Provides a view of a storage in the namespace `<root>.<feature>`, under {@link getFsmStorageToken}`(feature)`: the same
   * connection, other identifiers (rule NS-4). Works in every module of the app, with and without `isGlobal`.
   * @param feature - 1 to 64 characters of `A-Z a-z 0-9 . _ -`
   * @param storageName - the `name` of a named storage; the token is then `getFsmStorageToken('<storageName>.<feature>')`.
   * By default the view is of the default storage.
   * @throws {@link InvalidOptionsError} when `feature` is not a valid namespace or `storageName` is empty
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

/** Moves the providers of the storage into the core module. The module that the app imports keeps the public token. */
function registerRoot(definition: DynamicModule, extras: FsmStorageModuleExtras): DynamicModule {
  const { name, isGlobal, extraProviders } = readExtras(extras);
  const providers = [...(definition.providers ?? []), ...extraProviders];
  const token = getFsmStorageToken(name);
  return {
    module: definition.module,
    global: isGlobal,
    imports: [FsmStorageCoreModule.register(name, { ...definition, providers })],
    providers: [{ provide: token, useExisting: getRootToken(name) }],
    exports: [token],
  };
}

function readExtras({ name, isGlobal, extraProviders }: FsmStorageModuleExtras) {
  const reader = new OptionsReader('FsmStorageModule', { name, isGlobal, extraProviders });
  const extras = {
    name: reader.text('name'),
    isGlobal: reader.flag('isGlobal') ?? false,
    extraProviders: reader.value('extraProviders', 'a list of providers', isProviderList) ?? [],
  };
  reader.finish();
  return extras;
}

function isProviderList(value: unknown): value is NonNullable<FsmStorageModuleExtras['extraProviders']> {
  return Array.isArray(value);
}
