/** What a statement of `sqlite3` is told when it is done; `this` is the statement. */
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
 * `sqlite3` as TypeORM is handed it. TypeORM has it prepare every statement anew, which takes as long as a read; here
 * one that has parameters stays prepared for as long as the file is open. And TypeORM switches on its verbose mode,
 * which takes a stack trace for every statement: here it cannot.
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

    /** No file closes while one of its statements is there. */
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

  /** One that failed stays open, and with it what it locks or would roll back: it ends before its failure is told. */
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

/** undefined: not one that is worth keeping, such as a PRAGMA. */
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
