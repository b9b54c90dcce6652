import { resolve } from 'node:path';
import { StorageUnavailableError } from '../../errors/storage-unavailable.error.js';
import type { TypeOrmDataSource, TypeOrmQueryRunner } from './data-source.js';
import { DatabaseFile } from './database-file.js';
import type { Dialect } from './dialects/dialect.js';
import type { SqlConnection } from './sql-connection.js';

/**
 * A DataSource the app owns: never initialized, never configured and never destroyed here. TypeORM's SQLite drivers
 * have one connection for a whole DataSource, so a statement of ours that comes while the app has a transaction open
 * becomes part of that transaction.
 */
export class AppDataSourceConnection implements SqlConnection {
  readonly backend = 'typeorm';
  readonly dialect: Dialect;
  readonly #dataSource: TypeOrmDataSource;
  readonly #file: DatabaseFile | undefined;

  constructor(dataSource: TypeOrmDataSource, dialect: Dialect) {
    this.#dataSource = dataSource;
    this.dialect = dialect;
    const { database } = dataSource.options;
    const isFile = typeof database === 'string' && database !== '' && !database.startsWith(':memory:');
    this.#file = isFile ? new DatabaseFile(resolve(database)) : undefined;
  }

  get place(): string {
    return this.#file?.path ?? "the app's DataSource";
  }

  async open(): Promise<TypeOrmQueryRunner> {
    this.#assertInitialized();
    await this.#file?.remember();
    return this.#dataSource.createQueryRunner();
  }

  async configure(): Promise<void> {}

  async check(): Promise<void> {
    this.#assertInitialized();
    await this.#file?.assertSame();
  }

  async close(): Promise<void> {}

  #assertInitialized(): void {
    if (this.#dataSource.isInitialized) return;
    throw new StorageUnavailableError(
      `${this.place}: the DataSource is not initialized; await dataSource.initialize() before the storage starts, ` +
        'and destroy it after the storage has stopped.',
      { outcome: 'not-applied' },
    );
  }
}
