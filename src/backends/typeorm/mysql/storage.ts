import { FsmStorage } from '../../../storage/fsm-storage.js';
import { TypeOrmDriver } from '../typeorm.driver.js';
import { createMysqlConnection } from './connection.js';
import { MARIADB, MYSQL, type MysqlStorageOptions, resolveMysqlOptions } from './options.js';
import { sharedClass } from '../../../errors/shared-class.js';

/**
 * A storage in MySQL (8.0.17 or later), which several processes may share. The server's clock decides what has expired.
 * The storage opens a connection pool for itself; {@link TypeOrmStorage} uses that of the app.
 *
 * @example
 * ```ts
 * import { MysqlStorage } from 'nestjs-fsm-storage/typeorm';
 *
 * const storage = new MysqlStorage({ url: 'mysql://app:secret@127.0.0.1:3306/app', defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('MysqlStorage')
export class MysqlStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} reporting every problem at once */
  constructor(options: MysqlStorageOptions) {
    const { driver, storage } = resolveMysqlOptions(options, MYSQL);
    super(new TypeOrmDriver({ connection: createMysqlConnection(MYSQL, driver), schema: driver.schema }), storage);
  }
}

/**
 * A storage in MariaDB (10.6 or later), which several processes may share. The server's clock decides what has expired.
 * The storage opens a connection pool for itself; {@link TypeOrmStorage} uses that of the app.
 *
 * @example
 * ```ts
 * import { MariadbStorage } from 'nestjs-fsm-storage/typeorm';
 *
 * const storage = new MariadbStorage({ url: 'mariadb://app:secret@127.0.0.1:3306/app', defaultTtl: 3600 });
 * await storage.start();
 * await storage.setState('chat:42', { name: 'Order:cart', data: { items: [] } });
 * await storage.stop();
 * ```
 */
@sharedClass('MariadbStorage')
export class MariadbStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} reporting every problem at once */
  constructor(options: MysqlStorageOptions) {
    const { driver, storage } = resolveMysqlOptions(options, MARIADB);
    super(new TypeOrmDriver({ connection: createMysqlConnection(MARIADB, driver), schema: driver.schema }), storage);
  }
}
