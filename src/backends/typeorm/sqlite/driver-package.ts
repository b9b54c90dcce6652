import { MissingDependencyError } from '../../../errors/usage-errors.js';
import { installArguments } from '../../../toolkit/peer-packages.js';
import { errorName } from '../../../toolkit/properties.js';
import { brokenPackage, importDriver, type ImportedDriver, type ImportModule } from '../dialect/import-driver.js';

/** The packages for which TypeORM has a SQLite driver. */
export type SqliteDriverName = 'sqlite3' | 'better-sqlite3';

/** The packages in the order in which they are tried. */
export const SQLITE_DRIVERS: readonly [SqliteDriverName, SqliteDriverName] = ['better-sqlite3', 'sqlite3'];

/** TypeORM's package and the options that choose its driver. */
export interface SqliteDriver extends Pick<ImportedDriver<SqliteDriverName>, 'DataSource' | 'driver'> {
  /** TypeORM's name of the driver. */
  readonly type: 'sqlite' | 'better-sqlite3';
}

/**
 * Imports TypeORM and one SQLite package, and no other; by default the first that is installed.
 * @throws {@link MissingDependencyError} naming the packages and the install command
 * @throws {@link StorageUnavailableError} if a package is installed but does not load
 */
export async function importSqliteDriver(
  chosen: SqliteDriverName | undefined,
  importModule?: ImportModule,
): Promise<SqliteDriver> {
  const names = chosen === undefined ? SQLITE_DRIVERS : ([chosen] as const);
  const { DataSource, name, driver } = await importDriver('sqlite', names, importModule);
  if (name === 'sqlite3') return { DataSource, type: 'sqlite', driver: withStatementCache(driver) };
  assertLoads(driver);
  return { DataSource, type: 'better-sqlite3', driver };
}

/** TypeORM 1.x has no `sqlite3` driver, and reports that when a DataSource is created. */
export function explainMissingDriver(error: unknown): unknown {
  if (errorName(error) !== 'MissingDriverError') return error;
  const install = installArguments(['typeorm', 'sqlite3']);
  return new MissingDependencyError('driver "sqlite3"', ['TypeORM 0.3'], install, { cause: error });
}

/** better-sqlite3 loads its native part only when a database is opened; npm may be configured not to build it. */
function assertLoads(driver: unknown): void {
  if (!isDatabaseConstructor(driver)) return;
  try {
    new driver(':memory:').close();
  } catch (error) {
    throw brokenPackage('better-sqlite3', error);
  }
}

function isDatabaseConstructor(value: unknown): value is new (path: string) => { close(): void } {
  return typeof value === 'function';
}

/** The callback of a statement of `sqlite3`; `this` is the statement. */
type Done = (this: unknown, error: Error | null, rows?: unknown) => void;

/** The part of a prepared statement of `sqlite3` that is used here. */
interface Statement {
  run(parameters: readonly unknown[], done: Done): unknown;
  all(parameters: readonly unknown[], done: Done): unknown;
  finalize(done?: () => void): unknown;
}

/** The part of a connection of `sqlite3` that is used here. */
interface Database {
  prepare(sql: string, done: (this: Statement, error: Error | null) => void): unknown;
  run(sql: string, ...rest: unknown[]): unknown;
  all(sql: string, ...rest: unknown[]): unknown;
  close(done: Done): unknown;
}

type DatabaseConstructor = new (...parameters: never[]) => Database;

interface Call {
  readonly method: 'run' | 'all';
  readonly parameters: readonly unknown[];
  readonly done: Done;
}

/**
 * The `sqlite3` package as it is passed to TypeORM. TypeORM lets it prepare every statement anew, which takes as long as
 * a read; here a statement with parameters stays prepared while the file is open. TypeORM also switches on the verbose
 * mode, which takes a stack trace for every statement: here `verbose` does nothing.
 */
export function withStatementCache(sqlite3: unknown): unknown {
  if (!hasDatabase(sqlite3)) return sqlite3;
  const Database = cachingDatabase(sqlite3.Database);
  const module: object = { ...sqlite3, Database, verbose: () => module };
  return module;
}

function cachingDatabase(Base: DatabaseConstructor): DatabaseConstructor {
  return class extends Base {
    readonly #statements = new StatementCache(this);

    override run(sql: string, ...rest: unknown[]): unknown {
      const call = toCall('run', rest);
      return call === undefined ? super.run(sql, ...rest) : this.#statements.perform(sql, call);
    }

    override all(sql: string, ...rest: unknown[]): unknown {
      const call = toCall('all', rest);
      return call === undefined ? super.all(sql, ...rest) : this.#statements.perform(sql, call);
    }

    /** SQLite does not close a file while one of its statements is open. */
    override close(done: Done): unknown {
      this.#statements.finalizeAll();
      return super.close(done);
    }
  };
}

class StatementCache {
  readonly #database: Database;
  readonly #prepared = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  perform(sql: string, call: Call): void {
    const prepared = this.#prepared.get(sql);
    if (prepared !== undefined) {
      this.#performBy(prepared, sql, call);
      return;
    }
    const keep = (statement: Statement): void => {
      this.#prepared.set(sql, statement);
      this.#performBy(statement, sql, call);
    };
    this.#database.prepare(sql, function (error) {
      if (error === null) keep(this);
      else call.done.call(this, error);
    });
  }

  finalizeAll(): void {
    for (const statement of this.#prepared.values()) statement.finalize();
    this.#prepared.clear();
  }

  /**
   * A failed statement stays open, with its locks and what it would roll back, until it is finalized. So it is finalized
   * before its failure is reported.
   */
  #performBy(statement: Statement, sql: string, { method, parameters, done }: Call): void {
    const prepared = this.#prepared;
    statement[method](parameters, function (error, rows) {
      if (error === null) {
        done.call(this, error, rows);
        return;
      }
      prepared.delete(sql);
      statement.finalize(() => done.call(statement, error));
    });
  }
}

/** undefined: the statement is not worth keeping prepared, such as a PRAGMA. */
function toCall(method: Call['method'], [parameters, done]: readonly unknown[]): Call | undefined {
  if (!Array.isArray(parameters) || parameters.length === 0 || !isDone(done)) return undefined;
  return { method, parameters, done };
}

function isDone(value: unknown): value is Done {
  return typeof value === 'function';
}

function hasDatabase(module: unknown): module is { readonly Database: DatabaseConstructor } {
  return typeof module === 'object' && module !== null && 'Database' in module && typeof module.Database === 'function';
}
