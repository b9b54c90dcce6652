import { ConfigurableModuleBuilder, type DynamicModule } from '@nestjs/common';
import { getFsmStorageToken } from '../contract/storage-token.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { FsmStorageCoreModule } from './fsm-storage-core.module.js';
import type { FsmStorageModuleExtras, FsmStorageModuleOptions } from './module-options.js';
import { getRootToken, MODULE_OPTIONS } from './storage-tokens.js';

const EXTRAS: FsmStorageModuleExtras = { name: undefined, isGlobal: false, extraProviders: [] };

/**
 * The half of `FsmStorageModule` that Nest's builder writes. `alwaysTransient`: two calls of `forRoot` are two
 * registrations even where their metadata look alike, so that a name given twice is noticed and never merged in
 * silence.
 */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<FsmStorageModuleOptions>({
  moduleName: 'FsmStorage',
  optionsInjectionToken: MODULE_OPTIONS,
  alwaysTransient: true,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createFsmStorageOptions')
  .setExtras<FsmStorageModuleExtras>(EXTRAS, registerRoot)
  .build();

/** Moves what makes the storage into the core module, and leaves the public token in the one that the app imports. */
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
