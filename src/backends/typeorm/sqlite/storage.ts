import { FsmStorage } from '../../../storage/fsm-storage.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from './options.js';
import { SqliteFileConnection } from './connection.js';
import { TypeOrmDriver } from '../typeorm.driver.js';

/**
 * A storage in a SQLite file, which several processes of one machine may share.
 *
 * The file is in WAL mode, so two more lie beside it while it is open: `<path>-wal` and `<path>-shm`; it must be on a
 * local disk. Nothing but the driver that is used is loaded, when the storage starts.
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
export class SqliteStorage extends FsmStorage {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(options: SqliteStorageOptions) {
    const { file, storage } = resolveSqliteOptions(options);
    const connection = new SqliteFileConnection(file);
    super(new TypeOrmDriver({ connection, schema: file.schema }), storage);
  }
}
