import { resolve } from 'node:path';
import type { DriverContext } from '../../../contract/storage-driver.js';
import { assertInitialized, type TypeOrmDataSource } from '../dialect/typeorm-types.js';
import { DatabaseFile } from './database-file.js';
import { sqliteDialect } from './dialect.js';
import type { SqlConnection, SqlSession } from '../dialect/sql-session.js';
import { SqliteSession } from './sqlite-session.js';

/** For locks that outlast the app's own busy timeout, which SQLite waits first, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * A SQLite DataSource the app owns: never initialized, never configured and never destroyed here. TypeORM's SQLite drivers
 * have one connection for a whole DataSource, so a statement of ours that comes while the app has a transaction open
 * becomes part of that transaction.
 */
export class AppSqliteConnection implements SqlConnection {
  readonly backend = 'sqlite';
  readonly dialect = sqliteDialect;
  readonly #dataSource: TypeOrmDataSource;
  readonly #file: DatabaseFile | undefined;

  constructor(dataSource: TypeOrmDataSource) {
    this.#dataSource = dataSource;
    const { database } = dataSource.options;
    const isFile = typeof database === 'string' && database !== '' && !database.startsWith(':memory:');
    this.#file = isFile ? new DatabaseFile(resolve(database)) : undefined;
  }

  get place(): string {
    return this.#file?.path ?? "the app's DataSource";
  }

  async open({ clock }: DriverContext): Promise<SqlSession> {
    assertInitialized(this.#dataSource, this.place);
    await this.#file?.remember();
    const queryRunner = this.#dataSource.createQueryRunner();
    const { dialect, place } = this;
    return new SqliteSession({ queryRunner, dialect, clock, place, busyTimeoutMs: BUSY_TIMEOUT_MS });
  }

  async configure(): Promise<void> {}

  async check(): Promise<void> {
    assertInitialized(this.#dataSource, this.place);
    await this.#file?.assertSame();
  }

  async close(): Promise<void> {}
}
