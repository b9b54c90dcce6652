import { FsmStorage } from '../../storage/fsm-storage.js';
import { RedisDriver } from './redis.driver.js';
import { type RedisStorageOptions, resolveRedisOptions } from './redis.options.js';
import { sharedClass } from '../../errors/shared-class.js';

/**
 * A storage in Redis 6.0 or later that several processes can share. It uses one server, a group of servers with sentinels,
 * or a cluster. The server's clock decides when entries expire.
 *
 * @example
 * ```ts
 * import { RedisStorage } from 'nestjs-fsm-storage/redis';
 *
 * const storage = new RedisStorage({ url: 'redis://127.0.0.1:6379', namespace: 'shop', defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('RedisStorage')
export class RedisStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} if options are wrong; it lists every problem */
  constructor(options: RedisStorageOptions) {
    const { driver, storage } = resolveRedisOptions(options);
    super(new RedisDriver(driver), storage);
  }
}
