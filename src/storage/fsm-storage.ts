import type { StorageDriver } from '../contract/storage-driver.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { NamespacedStorage } from './namespaced-storage.js';
import { applyLayers, driverProblems } from './prepare-driver.js';
import { StorageCore } from './storage-core.js';
import { readStorageOptions, ResolvedStorageOptions, type StorageOptions } from './storage-options.js';
import { sharedClass } from '../errors/shared-class.js';

/**
 * A storage over any {@link StorageDriver}. It implements every rule of {@link BaseStorage}, so the driver needs none.
 *
 * @example
 * ```ts
 * import { FsmStorage, MemoryDriver } from 'nestjs-fsm-storage';
 *
 * const storage = new FsmStorage(new MemoryDriver(), { namespace: 'orders', defaultTtl: 3600 });
 * await storage.start();
 * ```
 */
@sharedClass('FsmStorage')
export class FsmStorage<Encoded = string> extends NamespacedStorage<Encoded> {
  /** @throws {@link InvalidOptionsError} when the options or the driver are wrong; it lists every problem */
  constructor(driver: StorageDriver<Encoded>, options: StorageOptions = {}) {
    const resolved =
      options instanceof ResolvedStorageOptions ? options : resolveOptions(new.target.name, driver, options);
    super(new StorageCore(applyLayers(driver, resolved.layers), resolved), resolved.namespace);
  }
}

function resolveOptions(subject: string, driver: unknown, options: StorageOptions): ResolvedStorageOptions {
  const reader = new OptionsReader(subject, options);
  const resolved = readStorageOptions(reader);
  for (const problem of driverProblems(driver)) reader.problem(problem);
  reader.finish();
  return resolved;
}
