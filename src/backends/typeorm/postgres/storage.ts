import { FsmStorage } from '../../../storage/fsm-storage.js';
import { type PostgresStorageOptions, resolvePostgresOptions } from './options.js';
import { postgresServer } from './connection.js';
import { ServerConnection } from '../server/own-server.connection.js';
import { TypeOrmDriver } from '../typeorm.driver.js';

/**
 * A storage in Postgres (12 or later), for several processes on one server. The server's clock decides what has
 * expired. It has a pool of connections of its own; `TypeOrmStorage` uses that of the app.
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
export class PostgresStorage extends FsmStorage {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(options: PostgresStorageOptions) {
    const { server, storage } = resolvePostgresOptions(options);
    const connection = new ServerConnection(postgresServer(server));
    super(new TypeOrmDriver({ connection, schema: server.schema }), storage);
  }
}
