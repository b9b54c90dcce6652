import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DriverContext } from '../../../contract/storage-driver.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { errorCode } from '../../../toolkit/properties.js';
import type { SqlConnection, SqlSession } from '../dialect/dialect.js';
import type { ImportModule } from '../dialect/import-driver.js';
import {
  assertInitialized,
  columnValue,
  type OwnDataSource,
  type TypeOrmDataSource,
  type TypeOrmQueryRunner,
} from '../dialect/typeorm-types.js';
import { FsmCounterEntity, FsmStateEntity } from '../entities/entities.js';
import { createSqliteDialect } from './dialect.js';
import { explainMissingDriver, importSqliteDriver } from './driver-package.js';
import type { ResolvedSqliteOptions } from './options.js';
import { SqliteSession } from './statement-queue.js';

/** SQLite's numbers for `PRAGMA synchronous`. */
const SYNCHRONOUS = { normal: 1, full: 2 } as const;

/** Every statement of ours stays prepared. For better-sqlite3; `driver-package` adds a cache to sqlite3. */
const STATEMENT_CACHE_SIZE = 256;

/** How long to wait for a lock after the app's own busy timeout, which SQLite waits first, in milliseconds. */
const APP_BUSY_TIMEOUT_MS = 5000;

/** A file opened through a DataSource that we own: no transaction of the app can interfere. */
export class OwnSqliteConnection implements SqlConnection {
  readonly backend = 'sqlite';
  readonly dialect = createSqliteDialect();
  readonly #options: ResolvedSqliteOptions;
  readonly #importModule: ImportModule | undefined;
  readonly #file: DatabaseFile;
  #dataSource: OwnDataSource | undefined;

  constructor(options: ResolvedSqliteOptions, importModule?: ImportModule) {
    this.#options = options;
    this.#importModule = importModule;
    this.#file = new DatabaseFile(options.path);
  }

  get location(): string {
    return this.#file.path;
  }

  async open({ clock }: DriverContext): Promise<SqlSession> {
    const queryRunner = await this.connect();
    const { dialect, location } = this;
    return new SqliteSession({ queryRunner, dialect, clock, location, busyTimeoutMs: this.#options.busyTimeout });
  }

  /** Opens the file, and creates a missing one. */
  async connect(): Promise<TypeOrmQueryRunner> {
    const { schema, busyTimeout: busyTimeoutMs } = this.#options;
    const dataSource = await this.#createDataSource();
    if (schema === 'verify') await this.#file.assertExists();
    try {
      await dataSource.initialize();
    } catch (error) {
      throw this.dialect.translateError(error, { effect: 'read', location: this.location, busyTimeoutMs });
    }
    this.#dataSource = dataSource;
    await this.#file.remember();
    const queryRunner = dataSource.createQueryRunner();
    // StatementQueue waits for locks. SQLite's own wait would block the event loop (better-sqlite3) or every other
    // statement (sqlite3).
    await queryRunner.query('PRAGMA busy_timeout = 0', [], true);
    return queryRunner;
  }

  /**
   * Sets each PRAGMA at every open and reads it back: the default depends on the driver, its build and the file's past.
   * `fullfsync` matters on macOS only, where a plain fsync leaves the data in the disk's cache.
   */
  async configure(session: SqlSession): Promise<void> {
    const { durability } = this.#options;
    await this.#setPragma(session, 'encoding', undefined, 'UTF-8');
    await this.#setPragma(session, 'journal_mode', 'WAL', 'wal');
    await this.#setPragma(session, 'synchronous', durability.toUpperCase(), SYNCHRONOUS[durability]);
    if (durability === 'full') await this.#setPragma(session, 'fullfsync', 1, 1);
  }

  check(): Promise<void> {
    return this.#file.assertSame();
  }

  /** The last process that closes a file moves the content of its -wal into it. */
  async close(): Promise<void> {
    const dataSource = this.#dataSource;
    this.#dataSource = undefined;
    await dataSource?.destroy();
  }

  async #createDataSource(): Promise<OwnDataSource> {
    const { DataSource, type, driver } = await importSqliteDriver(this.#options.driver, this.#importModule);
    try {
      return new DataSource({
        type,
        driver,
        database: this.#options.path,
        entities: [FsmStateEntity, FsmCounterEntity],
        statementCacheSize: STATEMENT_CACHE_SIZE,
        // A log of statements would show the states.
        logging: false,
        // better-sqlite3's own wait for locks, until `connect` can switch it off.
        timeout: 0,
      });
    } catch (error) {
      throw explainMissingDriver(error);
    }
  }

  /** @param value - undefined: only read the PRAGMA */
  async #setPragma(
    session: SqlSession,
    name: string,
    value: string | number | undefined,
    expected: unknown,
  ): Promise<void> {
    if (value !== undefined) await session.execute(`PRAGMA ${name} = ${value}`);
    const [row] = await session.execute(`PRAGMA ${name}`);
    const found = columnValue(row, name);
    if (found === expected) return;
    throw new StorageUnavailableError(
      `${this.location}: SQLite keeps ${name} at ${String(found)} where ${String(expected)} is needed; ` +
        'a network file system, or another program with the file open, may be the cause.',
      { outcome: 'not-applied' },
    );
  }
}

/**
 * A SQLite DataSource that the app owns: never initialized, configured or destroyed here. TypeORM's SQLite drivers have
 * one connection for a whole DataSource, so a statement of ours that is sent while the app has a transaction open becomes
 * part of that transaction.
 */
export class AppSqliteConnection implements SqlConnection {
  readonly backend = 'sqlite';
  readonly dialect = createSqliteDialect();
  readonly #dataSource: TypeOrmDataSource;
  readonly #file: DatabaseFile | undefined;

  constructor(dataSource: TypeOrmDataSource) {
    this.#dataSource = dataSource;
    const { database } = dataSource.options;
    const isFile = typeof database === 'string' && database !== '' && !database.startsWith(':memory:');
    this.#file = isFile ? new DatabaseFile(resolve(database)) : undefined;
  }

  get location(): string {
    return this.#file?.path ?? "the app's DataSource";
  }

  async open({ clock }: DriverContext): Promise<SqlSession> {
    assertInitialized(this.#dataSource, this.location);
    await this.#file?.remember();
    const queryRunner = this.#dataSource.createQueryRunner();
    const { dialect, location } = this;
    return new SqliteSession({ queryRunner, dialect, clock, location, busyTimeoutMs: APP_BUSY_TIMEOUT_MS });
  }

  async check(): Promise<void> {
    assertInitialized(this.#dataSource, this.location);
    await this.#file?.assertSame();
  }

  async close(): Promise<void> {}
}

/**
 * Remembers which file a path led to. A file that is deleted or replaced while it is open keeps working, and what is
 * written to it is lost when the last process closes it: only the path reveals that.
 */
class DatabaseFile {
  readonly path: string;
  #opened: BigIntStats | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws StorageUnavailableError if the file is missing */
  async assertExists(): Promise<void> {
    if ((await this.#stat()) !== undefined) return;
    const message = `${this.path}: the file is missing. Run the exported migration, or use schema: 'create'.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }

  /** To be called when the file has just been opened. */
  async remember(): Promise<void> {
    this.#opened = await this.#stat();
  }

  /** @throws StorageUnavailableError if the path no longer leads to the file that was opened */
  async assertSame(): Promise<void> {
    const found = await this.#stat();
    if (found !== undefined && found.ino === this.#opened?.ino && found.dev === this.#opened.dev) return;
    throw new StorageUnavailableError(
      `${this.path}: the file was deleted or replaced while it was open; stop and start the storage.`,
      { outcome: 'not-applied' },
    );
  }

  async #stat(): Promise<BigIntStats | undefined> {
    try {
      return await stat(this.path, { bigint: true });
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}
