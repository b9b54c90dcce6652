import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { Clock } from '../../src/contract/clock.js';
import { TypeOrmDriver } from '../../src/backends/typeorm/typeorm.driver.js';
import { resolveSqliteOptions, type SqliteStorageOptions } from '../../src/backends/typeorm/sqlite/options.js';
import type { SqliteDriverName } from '../../src/backends/typeorm/sqlite/driver-package.js';
import { OwnSqliteConnection } from '../../src/backends/typeorm/sqlite/connection.js';
import { FakeClock } from '../../src/testing/fake-clock.js';

/** TypeORM 1.x, which one jest project puts in TypeORM's place, has no `sqlite3` driver. */
export const SQLITE_DRIVERS: readonly SqliteDriverName[] = knowsSqlite3()
  ? ['sqlite3', 'better-sqlite3']
  : ['better-sqlite3'];

function knowsSqlite3(): boolean {
  try {
    return new DataSource({ type: 'sqlite', database: ':memory:' }).options.type === 'sqlite';
  } catch {
    return false;
  }
}

type Row = Record<string, unknown>;

/** A file opened past the storage, as another program would. */
export interface RawDatabase {
  all(sql: string, ...parameters: unknown[]): Promise<Row[]>;
  get(sql: string, ...parameters: unknown[]): Promise<Row | undefined>;
  /** Several statements, without parameters or rows. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file with the library the storage under test uses. Two libraries in one process must not have a file open at
 * once: the locks of the operating system belong to the process, so that they do not keep each other out.
 */
export async function openRaw(path: string, driver: SqliteDriverName): Promise<RawDatabase> {
  return driver === 'sqlite3' ? openWithSqlite3(path) : openWithBetterSqlite3(path);
}

interface BetterSqlite3 {
  prepare(sql: string): {
    readonly reader: boolean;
    all(...parameters: unknown[]): Row[];
    run(...parameters: unknown[]): unknown;
  };
  exec(sql: string): void;
  close(): void;
}

function openWithBetterSqlite3(path: string): RawDatabase {
  const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => BetterSqlite3;
  const database = new Database(path);
  const all = async (sql: string, ...parameters: unknown[]): Promise<Row[]> => {
    const statement = database.prepare(sql);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  };
  return {
    all,
    get: async (sql, ...parameters) => (await all(sql, ...parameters))[0],
    exec: async (sql) => database.exec(sql),
    close: async () => database.close(),
  };
}

async function openWithSqlite3(path: string): Promise<RawDatabase> {
  const { default: sqlite3 } = await import('sqlite3');
  const database = await new Promise<InstanceType<typeof sqlite3.Database>>((resolve, reject) => {
    const opened = new sqlite3.Database(path, (error) => (error === null ? resolve(opened) : reject(error)));
  });
  const settle = (call: (done: (error: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => call((error) => (error === null ? resolve() : reject(error))));
  const all = (sql: string, ...parameters: unknown[]): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      database.all(sql, parameters, (error: Error | null, rows: Row[]) =>
        error === null ? resolve(rows) : reject(error),
      );
    });
  return {
    all,
    get: async (sql, ...parameters) => (await all(sql, ...parameters))[0],
    exec: (sql) => settle((done) => database.exec(sql, done)),
    close: () => settle((done) => database.close(done)),
  };
}

/** Folders that go when the test has ended. */
export class TemporaryFolders {
  readonly #folders: string[] = [];

  async create(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'fsm-sqlite-'));
    this.#folders.push(folder);
    return folder;
  }

  async createFilePath(): Promise<string> {
    return join(await this.create(), 'fsm.db');
  }

  async removeAll(): Promise<void> {
    await Promise.all(this.#folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** A driver over a file, without the storage's rules in front of it. */
export function createSqliteDriver(options: SqliteStorageOptions): TypeOrmDriver {
  const { driver: file } = resolveSqliteOptions(options);
  return new TypeOrmDriver({
    connection: new OwnSqliteConnection(file),
    schema: file.schema,
  });
}

/** What `open` wants. */
export function driverContext(clock: Clock = new FakeClock()): {
  clock: Clock;
  reportBackgroundError: (error: unknown) => void;
} {
  return { clock, reportBackgroundError: () => {} };
}
