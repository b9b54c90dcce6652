import { FsmStorage } from '../../storage/fsm-storage.js';
import { createAppConnection } from './app-connections.js';
import { TypeOrmDriver } from './typeorm.driver.js';
import { resolveTypeOrmOptions, type TypeOrmStorageOptions } from './typeorm.options.js';
import { sharedClass } from '../../errors/shared-class.js';

/**
 * A storage in tables of a DataSource that the app owns. The app initializes it before the storage starts and destroys it
 * after the storage has stopped; the app also chooses its journal mode, durability and busy timeout.
 *
 * A SQLite DataSource has one connection for all its users. Each operation is a single statement, so it never interleaves
 * with others. But an operation that runs while the app has a transaction open on the same DataSource becomes part of that
 * transaction, and is undone if the app rolls it back. With the `sqlite3` driver there is a second case: if a write of the
 * app fails because another process holds the lock while an operation of the storage succeeds, SQLite undoes both. A
 * {@link SqliteStorage}, which may use the same file, has a connection for itself, so neither can happen.
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
@sharedClass('TypeOrmStorage')
export class TypeOrmStorage extends FsmStorage {
  /** @throws {@link InvalidOptionsError} reporting every problem at once */
  constructor(options: TypeOrmStorageOptions) {
    const { driver, storage } = resolveTypeOrmOptions(options);
    super(new TypeOrmDriver({ connection: createAppConnection(driver), schema: driver.schema }), storage);
  }
}
