// Tokens are the same in every copy of this package that an app loads.

/** Token of the module's options in the core module, as the app gave them. */
export const MODULE_OPTIONS = Symbol.for('nestjs-fsm-storage.options');

/** Token of the module's options after reading: a `ModuleSettings`. */
export const MODULE_SETTINGS = Symbol.for('nestjs-fsm-storage.settings');

/** Token of the storage's name in messages, unique for each storage. */
export const STORAGE_LABEL = Symbol.for('nestjs-fsm-storage.label');

/** Token of a provider that starts a storage whose module a `LazyModuleLoader` has loaded. */
export const LAZY_START = Symbol('FsmStorage:lazyStart');

/** Token of the storage inside the core module, the same for every name. */
export const CORE_STORAGE = Symbol.for('nestjs-fsm-storage.storage');

/**
 * The token under which the global core module exports its storage, so that `forFeature` finds it in every module. The
 * token of `getFsmStorageToken` is visible only to modules that import `FsmStorageModule`, or with `isGlobal`.
 */
export function getRootToken(name?: string): string {
  return name === undefined ? 'FsmStorageRoot' : `FsmStorageRoot:${name}`;
}

/** The storage's name in messages. */
export function describeStorage(name?: string): string {
  return name === undefined ? 'the default storage' : `the storage "${name}"`;
}
