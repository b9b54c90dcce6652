import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { BaseStorage } from '../contract/base-storage.js';
import { DRIVER_VERBS, STORAGE_OPERATIONS } from '../contract/operations.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { FsmStorage } from '../storage/fsm-storage.js';
import { missingMethods } from '../storage/prepare-driver.js';
import { describeValue } from '../toolkit/describe-value.js';

const EXPECTED = 'storage: expected a BaseStorage or a StorageDriver, an instance or a class';

/**
 * Creates the storage of `{ backend: 'custom' }`. A storage and a driver are distinguished by their methods, not by
 * `instanceof`: an app may contain two copies of this package.
 * @param common - the options besides `storage`, with the module's defaults; they apply only to a driver
 * @param given - the names of the options besides `storage` that the app has given
 */
export async function createCustomStorage(
  storage: unknown,
  common: object,
  given: readonly string[],
  moduleRef: ModuleRef,
): Promise<BaseStorage> {
  const instance = isClass(storage) ? await moduleRef.create(storage) : storage;
  if (isDriver(instance)) return new FsmStorage(instance, common);
  if (!isBaseStorage(instance)) throw new InvalidOptionsError('FsmStorageModule', [describeWrongStorage(instance)]);
  if (given.length > 0) throw new InvalidOptionsError('FsmStorageModule', given.map(describeUnusedOption));
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

/** Lists the missing methods of a storage or of a driver, whichever needs fewer. */
function describeWrongStorage(value: unknown): string {
  if (!isObject(value)) return `${EXPECTED}, got ${describeValue(value)}`;
  const [storage, driver] = [missingMethods(value, STORAGE_OPERATIONS), missingMethods(value, DRIVER_VERBS)];
  const [kind, missing] = storage.length < driver.length ? ['BaseStorage', storage] : ['StorageDriver', driver];
  return `${EXPECTED}; as a ${kind} this one lacks ${missing.join(', ')}`;
}

function describeUnusedOption(name: string): string {
  return `${name}: does not apply, storage is a ready BaseStorage; give it to the constructor of that storage`;
}
