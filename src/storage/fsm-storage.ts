import type { StorageDriver } from '../contract/storage-driver.js';
import { driverProblems } from './driver-check.js';
import { applyLayers } from './layers.js';
import { NamespacedStorage } from './namespaced-storage.js';
import { OptionsReader } from './options-reader.js';
import { StorageCore } from './storage-core.js';
import { readStorageOptions, type StorageOptions } from './storage-options.js';

/**
 * A storage over any driver: keeps every rule of `BaseStorage`, so that the driver need know none.
 *
 * @example
 * ```ts
 * import { FsmStorage, MemoryDriver } from 'nestjs-fsm-storage';
 *
 * const storage = new FsmStorage(new MemoryDriver(), { namespace: 'orders', defaultTtl: 3600 });
 * await storage.start();
 * ```
 */
export class FsmStorage<Encoded = string> extends NamespacedStorage<Encoded> {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(driver: StorageDriver<Encoded>, options: StorageOptions = {}) {
    const reader = new OptionsReader(new.target.name, options);
    const resolved = readStorageOptions(reader);
    for (const problem of driverProblems(driver)) reader.problem(problem);
    reader.finish();
    super(new StorageCore(applyLayers(driver, resolved.layers), resolved), resolved.namespace);
  }
}
