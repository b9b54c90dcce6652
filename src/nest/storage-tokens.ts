/** Where the core module keeps the options of its storage. */
export const MODULE_OPTIONS = Symbol('FsmStorage:options');

/** Where the core module keeps what messages call its storage; one storage, one label. */
export const STORAGE_LABEL = Symbol('FsmStorage:label');

/** What the core module's own providers call its storage, whatever its name. */
export const CORE_STORAGE = Symbol('FsmStorage:storage');

/**
 * What the global core module exports a storage as. Not `getFsmStorageToken`: that one is visible only where the app
 * imports `FsmStorageModule` or says `isGlobal`, while `forFeature` finds its root from everywhere.
 */
export function getRootToken(name?: string): string {
  return name === undefined ? 'FsmStorageRoot' : `FsmStorageRoot:${name}`;
}

/** What messages call a storage. */
export function describeStorage(name?: string): string {
  return name === undefined ? 'the default storage' : `the storage "${name}"`;
}
