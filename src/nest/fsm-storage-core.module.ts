import { type DynamicModule, Inject, Module, type Provider } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { createStorage } from './backend-loader.js';
import { StorageLifecycle } from './storage-lifecycle.js';
import { CORE_STORAGE, describeStorage, getRootToken, MODULE_OPTIONS, STORAGE_LABEL } from './storage-tokens.js';

/**
 * Holds one storage and its lifecycle. Global, so that `forFeature` finds the storage from any module; what the app
 * injects is up to `FsmStorageModule`.
 */
@Module({})
export class FsmStorageCoreModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer, @Inject(STORAGE_LABEL) label: string) {
    const cores = [...modules.values()].filter((module) => module.metatype === FsmStorageCoreModule);
    const namesakes = cores.filter((core) => core.providers.get(STORAGE_LABEL)?.instance === label);
    if (namesakes.length > 1) {
      throw new InvalidOptionsError('FsmStorageModule', [
        `name: ${label} is registered ${namesakes.length} times; import its forRoot once, give others a name`,
      ]);
    }
    // Nest initialises global modules first, among themselves in the order of import. This one must come before
    // global modules of the app that use the storage in onModuleInit, and shut down after them.
    for (const core of cores) core.distance = Number.POSITIVE_INFINITY;
  }

  /** @param definition - brings the options provider, and the imports and providers its factory needs */
  static register(name: string | undefined, definition: Pick<DynamicModule, 'imports' | 'providers'>): DynamicModule {
    return {
      module: FsmStorageCoreModule,
      global: true,
      imports: definition.imports ?? [],
      providers: [...(definition.providers ?? []), ...createProviders(name)],
      exports: [getRootToken(name)],
    };
  }
}

/**
 * The storage itself lies under the public token, unseen from outside: so `overrideProvider(BaseStorage)` in a test
 * replaces it here too, and the module starts and stops the replacement instead.
 */
function createProviders(name: string | undefined): Provider[] {
  const token = getFsmStorageToken(name);
  return [
    { provide: STORAGE_LABEL, useValue: describeStorage(name) },
    { provide: token, useFactory: createStorage, inject: [MODULE_OPTIONS, ModuleRef] },
    { provide: CORE_STORAGE, useExisting: token },
    { provide: getRootToken(name), useExisting: token },
    StorageLifecycle,
  ];
}
