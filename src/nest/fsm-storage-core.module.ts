import { randomUUID } from 'node:crypto';
import { type DynamicModule, Inject, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { createStorage, readModuleOptions } from './backend-loader.js';
import { FsmStorageScanModule, StorageLifecycle } from './storage-lifecycle.js';
import {
  CORE_STORAGE,
  describeStorage,
  getRootToken,
  LAZY_START,
  MODULE_OPTIONS,
  MODULE_SETTINGS,
  STORAGE_LABEL,
} from './storage-tokens.js';
import { sharedClass } from '../errors/shared-class.js';

/**
 * Contains one storage and its lifecycle. Global, so that `forFeature` finds the storage from any module.
 * `FsmStorageModule` provides the token that the app injects.
 */
@Module({})
@sharedClass('FsmStorageCoreModule')
export class FsmStorageCoreModule implements OnModuleInit {
  readonly #isRequestScoped: () => boolean;

  constructor(@Inject(ModulesContainer) modules: ModulesContainer, @Inject(STORAGE_LABEL) label: string) {
    const cores = [...modules.values()].filter((module) => module.metatype === FsmStorageCoreModule);
    const namesakes = cores.filter((core) => core.providers.get(STORAGE_LABEL)?.instance === label);
    if (namesakes.length > 1) {
      throw new InvalidOptionsError('FsmStorageModule', [
        `name: ${label} is registered ${namesakes.length} times; import its forRoot once and give other storages a name`,
      ]);
    }
    this.#isRequestScoped = () => namesakes[0]?.providers.get(StorageLifecycle)?.isDependencyTreeStatic() === false;
    // Nest initialises global modules first, in the order of their import. This module must initialise before global
    // modules of the app that use the storage in onModuleInit, and shut down after them.
    for (const core of cores) core.distance = Number.POSITIVE_INFINITY;
  }

  /** Nest creates what is request-scoped with each request and calls no hooks of it: the storage would never start. */
  onModuleInit(): void {
    if (!this.#isRequestScoped()) return;
    throw new InvalidOptionsError('FsmStorageModule', [
      "inject: the options depend on a request-scoped provider, but a storage has the app's lifetime; create it once, and " +
        'separate tenants with forFeature(), with withNamespace(tenant) of the storage, or by a prefix of the identifiers',
    ]);
  }

  /** @param definition - the options provider, with the imports and providers that its factory needs */
  static register(name: string | undefined, definition: Pick<DynamicModule, 'imports' | 'providers'>): DynamicModule {
    return {
      module: FsmStorageCoreModule,
      global: true,
      imports: [...(definition.imports ?? []), describeScan()],
      providers: [...(definition.providers ?? []), ...createProviders(name)],
      exports: [getRootToken(name)],
    };
  }
}

/**
 * Provides the storage under its public token, without exporting it: `overrideProvider(BaseStorage)` in a test then
 * replaces it here too, and the module starts and stops the replacement.
 */
function createProviders(name: string | undefined): Provider[] {
  const token = getFsmStorageToken(name);
  return [
    { provide: STORAGE_LABEL, useValue: describeStorage(name) },
    { provide: MODULE_SETTINGS, useFactory: readModuleOptions, inject: [MODULE_OPTIONS] },
    { provide: token, useFactory: createStorage, inject: [MODULE_SETTINGS, ModuleRef] },
    { provide: CORE_STORAGE, useExisting: token },
    { provide: getRootToken(name), useExisting: token },
    StorageLifecycle,
    {
      provide: LAZY_START,
      useFactory: (lifecycle: StorageLifecycle) => lifecycle.startIfLoadedLazily(),
      inject: [StorageLifecycle],
    },
  ];
}

/** A module for this storage alone: without the id, Nest would take those of two storages as one. */
function describeScan(): DynamicModule {
  return { module: FsmStorageScanModule, providers: [{ provide: 'id', useValue: randomUUID() }] };
}
