import { FsmStorage } from '../../../storage/fsm-storage.js';
import { TypeOrmDriver } from '../typeorm.driver.js';
import { OwnSqliteConnection } from './connection.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from './options.js';
import { sharedClass } from '../../../errors/shared-class.js';

/**
 * A storage in a SQLite file, which several processes of one machine may share.
 *
 * The file is in WAL mode, so there are two more files while it is open: `<path>-wal` and `<path>-shm`. It must be on a
 * local disk. Only the driver package that is used is imported, when the storage starts.
 *
 * @example
 * ```ts
 * import { SqliteStorage } from 'nestjs-fsm-storage/typeorm';
 *
 * const storage = new SqliteStorage({ path: 'data/fsm.db', defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('SqliteStorage')
export class SqliteStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} reporting every problem at once */
  constructor(options: SqliteStorageOptions) {
    const { driver, storage } = resolveSqliteOptions(options);
    super(new TypeOrmDriver({ connection: new OwnSqliteConnection(driver), schema: driver.schema }), storage);
  }
}
