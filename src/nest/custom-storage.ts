import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { BaseStorage } from '../contract/base-storage.js';
import { DRIVER_VERBS, STORAGE_OPERATIONS } from '../contract/operations.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { FsmStorage } from '../storage/fsm-storage.js';

const EXPECTED = 'storage: expected a BaseStorage or a StorageDriver, an instance or a class';

/**
 * Makes the storage of `{ backend: 'custom' }`. Told apart by methods, not by `instanceof`: an app may hold two copies
 * of this package.
 * @param common - the options beside `storage`, `onBackgroundError` filled in; they go with a driver
 * @param given - the names of the options beside `storage` that the app itself gave
 */
export async function createCustomStorage(
  storage: unknown,
  common: object,
  given: readonly string[],
  moduleRef: ModuleRef,
): Promise<BaseStorage> {
  const instance = isClass(storage) ? await moduleRef.create(storage) : storage;
  if (isDriver(instance)) return new FsmStorage(instance, common);
  if (!isBaseStorage(instance)) throw new InvalidOptionsError('FsmStorageModule', [describeRefusal(instance)]);
  if (given.length > 0) throw new InvalidOptionsError('FsmStorageModule', given.map(describeUseless));
  return instance;
}

function isClass(value: unknown): value is Type<unknown> {
  return typeof value === 'function' && typeof value.prototype === 'object';
}

function isBaseStorage(value: unknown): value is BaseStorage {
  return isObject(value) && missingMethods(value, STORAGE_OPERATIONS).length === 0;
}

function isDriver(value: unknown): value is StorageDriver {
  return isObject(value) && missingMethods(value, DRIVER_VERBS).length === 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function missingMethods(value: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => typeof Reflect.get(value, name) !== 'function');
}

/** Names what is missing from whichever of the two the value comes closer to. */
function describeRefusal(value: unknown): string {
  if (!isObject(value)) return `${EXPECTED}, got ${value === null ? 'null' : `a ${typeof value}`}`;
  const [storage, driver] = [missingMethods(value, STORAGE_OPERATIONS), missingMethods(value, DRIVER_VERBS)];
  const [kind, missing] = storage.length < driver.length ? ['BaseStorage', storage] : ['StorageDriver', driver];
  return `${EXPECTED}; as a ${kind} this one lacks ${missing.join(', ')}`;
}

function describeUseless(name: string): string {
  return `${name}: does not apply, storage is a ready BaseStorage; give it to the constructor of that storage`;
}
