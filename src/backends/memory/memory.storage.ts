import type { StateDocument } from '../../contract/state-document.js';
import { FsmStorage } from '../../storage/fsm-storage.js';
import type { StorageOptions } from '../../storage/storage-options.js';
import { MemoryDriver } from './memory.driver.js';
import { sharedClass } from '../../errors/shared-class.js';

/**
 * A storage in the memory of this process: for tests, and for a single process that may lose its states when it ends.
 *
 * @example
 * ```ts
 * import { MemoryStorage } from 'nestjs-fsm-storage';
 *
 * const storage = new MemoryStorage({ defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('MemoryStorage')
export class MemoryStorage extends FsmStorage<StateDocument> {
  /** @throws {@link InvalidOptionsError} when options are wrong; it lists every problem */
  constructor(options: StorageOptions = {}) {
    super(new MemoryDriver(), options);
  }
}
