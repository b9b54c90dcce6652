import { FsmStorage } from '../../storage/fsm-storage.js';
import { connectionTo } from './app-connections.js';
import { TypeOrmDriver } from './typeorm.driver.js';
import { resolveTypeOrmOptions, type TypeOrmStorageOptions } from './typeorm.options.js';

/**
 * A storage in tables of a DataSource the app owns. The app initializes it before the storage starts and destroys it
 * after the storage has stopped; its journal mode, durability and busy timeout are the app's choice.
 *
 * A SQLite DataSource has one connection for everybody. Each operation is a single statement and so never comes
 * between others, but one that is made while the app has a transaction open on the same DataSource belongs to that
 * transaction, and is undone when the app rolls it back. Under the `sqlite3` driver there is one more: when a write of
 * the app's meets another process's lock while an operation of ours succeeds, SQLite undoes both. `SqliteStorage`,
 * which may use the same file, has a connection of its own and knows neither.
 *
 * @example
 * ```ts
 * import { TypeOrmStorage } from 'nestjs-fsm-storage/typeorm';
 * import { DataSource } from 'typeorm';
 *
 * const dataSource = new DataSource({ type: 'better-sqlite3', database: 'app.db' });
 * await dataSource.initialize();
 * const storage = new TypeOrmStorage({ dataSource });
 * await storage.start();
 * ```
 */
export class TypeOrmStorage extends FsmStorage {
  /** @throws InvalidOptionsError telling every problem at once */
  constructor(options: TypeOrmStorageOptions) {
    const { database, storage } = resolveTypeOrmOptions(options);
    super(new TypeOrmDriver({ connection: connectionTo(database), schema: database.schema }), storage);
  }
}
