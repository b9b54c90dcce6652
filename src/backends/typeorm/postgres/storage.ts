import { FsmStorage } from '../../../storage/fsm-storage.js';
import { TypeOrmDriver } from '../typeorm.driver.js';
import { createPostgresConnection } from './connection.js';
import { type PostgresStorageOptions, resolvePostgresOptions } from './options.js';
import { sharedClass } from '../../../errors/shared-class.js';

/**
 * A storage in Postgres (12 or later), which several processes may share. The server's clock decides what has expired. The
 * storage opens a connection pool for itself; {@link TypeOrmStorage} uses that of the app.
 *
 * @example
 * ```ts
 * import { PostgresStorage } from 'nestjs-fsm-storage/typeorm';
 *
 * const storage = new PostgresStorage({ url: 'postgres://app:secret@127.0.0.1:5432/app', defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('PostgresStorage')
export class PostgresStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} reporting every problem at once */
  constructor(options: PostgresStorageOptions) {
    const { driver, storage } = resolvePostgresOptions(options);
    super(new TypeOrmDriver({ connection: createPostgresConnection(driver), schema: driver.schema }), storage);
  }
}
