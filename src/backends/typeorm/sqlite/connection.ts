import type { DriverContext } from '../../../contract/storage-driver.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { OwnDataSource, TypeOrmQueryRunner } from '../dialect/typeorm-types.js';
import { DatabaseFile } from './database-file.js';
import { sqliteDialect } from './dialect.js';
import { FsmCounterEntity, FsmStateEntity } from '../entities/entities.js';
import type { SqlConnection, SqlSession } from '../dialect/sql-session.js';
import { SqliteSession } from './sqlite-session.js';
import type { ResolvedSqliteOptions } from './options.js';
import type { ImportModule } from '../dialect/import-package.js';
import { explainMissingDriver, loadSqlitePackages } from './packages.js';

/** SQLite's numbers for `PRAGMA synchronous`. */
const SYNCHRONOUS = { normal: 1, full: 2 } as const;

/** Every text of ours is kept prepared; TypeORM's `sqlite3` driver has no such cache. */
const STATEMENT_CACHE_SIZE = 256;

/** A file opened through a DataSource of our own: nobody else's transaction can come between. */
export class SqliteFileConnection implements SqlConnection {
  readonly backend = 'sqlite';
  readonly dialect = sqliteDialect;
  readonly #options: ResolvedSqliteOptions;
  readonly #importModule: ImportModule | undefined;
  readonly #file: DatabaseFile;
  #dataSource: OwnDataSource | undefined;

  constructor(options: ResolvedSqliteOptions, importModule?: ImportModule) {
    this.#options = options;
    this.#importModule = importModule;
    this.#file = new DatabaseFile(options.path);
  }

  get place(): string {
    return this.#file.path;
  }

  async open({ clock }: DriverContext): Promise<SqlSession> {
    const queryRunner = await this.connect();
    const { dialect, place } = this;
    return new SqliteSession({ queryRunner, dialect, clock, place, busyTimeoutMs: this.#options.busyTimeout });
  }

  /** Opens the file, and makes it where it is missing. */
  async connect(): Promise<TypeOrmQueryRunner> {
    const dataSource = await this.#createDataSource();
    if (this.#options.schema === 'verify') await this.#assertFileExists();
    try {
      await dataSource.initialize();
    } catch (error) {
      throw this.dialect.translate(error, this.#failedOpen());
    }
    this.#dataSource = dataSource;
    await this.#file.remember();
    const queryRunner = dataSource.createQueryRunner();
    // Waiting is the StatementLine's: better-sqlite3 would block the event loop, sqlite3 every other statement.
    await queryRunner.query('PRAGMA busy_timeout = 0', [], true);
    return queryRunner;
  }

  /**
   * Set at every open and read back: what holds without depends on the driver, its build, and the file's past.
   * `fullfsync` matters on macOS alone, where a plain fsync leaves the data in the disk's own cache.
   */
  async configure(session: SqlSession): Promise<void> {
    const { durability } = this.#options;
    await this.#set(session, 'encoding', undefined, 'UTF-8');
    await this.#set(session, 'journal_mode', 'WAL', 'wal');
    await this.#set(session, 'synchronous', durability.toUpperCase(), SYNCHRONOUS[durability]);
    if (durability === 'full') await this.#set(session, 'fullfsync', 1, 1);
  }

  check(): Promise<void> {
    return this.#file.assertSame();
  }

  /** The last to close a file moves what is in its -wal into it. */
  async close(): Promise<void> {
    const dataSource = this.#dataSource;
    this.#dataSource = undefined;
    await dataSource?.destroy();
  }

  async #createDataSource(): Promise<OwnDataSource> {
    const { DataSource, type, driver } = await loadSqlitePackages(this.#options.driver, this.#importModule);
    try {
      return new DataSource({
        type,
        driver,
        database: this.#options.path,
        entities: [FsmStateEntity, FsmCounterEntity],
        statementCacheSize: STATEMENT_CACHE_SIZE,
        // A log of statements would show the states.
        logging: false,
        // better-sqlite3's own waiting for locks, before `open` can switch it off.
        timeout: 0,
      });
    } catch (error) {
      throw explainMissingDriver(error);
    }
  }

  async #assertFileExists(): Promise<void> {
    if (await this.#file.exists()) return;
    const message = `${this.place}: the file is missing. Run the exported migration, or use schema: 'create'.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }

  /** @param value - undefined: only read */
  async #set(session: SqlSession, pragma: string, value: string | number | undefined, wanted: unknown): Promise<void> {
    if (value !== undefined) await session.execute(`PRAGMA ${pragma} = ${value}`);
    const [row] = await session.execute(`PRAGMA ${pragma}`);
    const found: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, pragma) : undefined;
    if (found === wanted) return;
    throw new StorageUnavailableError(
      `${this.place}: SQLite keeps ${pragma} at ${String(found)} where ${String(wanted)} is needed; ` +
        'a network file system, or another program with the file open, may be the cause.',
      { outcome: 'not-applied' },
    );
  }

  #failedOpen(): { access: 'read'; place: string; busyTimeoutMs: number } {
    return { access: 'read', place: this.place, busyTimeoutMs: this.#options.busyTimeout };
  }
}
