import { FsmStorage } from '../../../storage/fsm-storage.js';
import { mariadbDialect, mysqlDialect } from './dialect.js';
import { type MysqlStorageOptions, resolveMysqlOptions } from './options.js';
import { type MysqlServer, mysqlServer } from './connection.js';
import { ServerConnection } from '../server/own-server.connection.js';
import { TypeOrmDriver } from '../typeorm.driver.js';

const MYSQL: MysqlServer = {
  backend: 'mysql',
  product: 'MySQL',
  className: 'MysqlStorage',
  schemes: ['mysql'],
  dialect: mysqlDialect,
};

/**
 * A storage in MySQL (8.0.17 or later), for several processes on one server. The server's clock decides what has
 * expired. It has a pool of connections of its own; `TypeOrmStorage` uses that of the app.
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
export class MysqlStorage extends FsmStorage {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(options: MysqlStorageOptions) {
    const { server, storage } = resolveMysqlOptions(options, MYSQL);
    const connection = new ServerConnection(mysqlServer(MYSQL, server));
    super(new TypeOrmDriver({ connection, schema: server.schema }), storage);
  }
}

const MARIADB: MysqlServer = {
  backend: 'mariadb',
  product: 'MariaDB',
  className: 'MariadbStorage',
  schemes: ['mariadb', 'mysql'],
  dialect: mariadbDialect,
};

/**
 * A storage in MariaDB (10.6 or later), for several processes on one server. The server's clock decides what has
 * expired. It has a pool of connections of its own; `TypeOrmStorage` uses that of the app.
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
export class MariadbStorage extends FsmStorage {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(options: MysqlStorageOptions) {
    const { server, storage } = resolveMysqlOptions(options, MARIADB);
    const connection = new ServerConnection(mysqlServer(MARIADB, server));
    super(new TypeOrmDriver({ connection, schema: server.schema }), storage);
  }
}
