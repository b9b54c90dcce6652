import type { TypeOrmQueryRunner } from './data-source.js';
import type { Verb } from './dialects/dialect.js';
import type { SqliteSessionSettings } from './operation.js';
import type { SqlSession } from './sql-session.js';
import { StatementLine } from './statement-line.js';

/** Storages over one DataSource share its query runner, and so must share the line of those that write. */
const writeLines = new WeakMap<TypeOrmQueryRunner, StatementLine>();

/** Over one held query runner, because a SQLite DataSource has one connection. */
export class SqliteSession implements SqlSession {
  readonly #settings: SqliteSessionSettings;
  // Reads wait behind reads only: in WAL mode a writer's lock does not concern them.
  readonly #reads = new StatementLine({ access: 'read' });
  readonly #writes: StatementLine;

  constructor(settings: SqliteSessionSettings) {
    this.#settings = settings;
    this.#writes = writeLines.get(settings.queryRunner) ?? new StatementLine({ access: 'write' });
    writeLines.set(settings.queryRunner, this.#writes);
  }

  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    const line = this.#reads;
    return line.isFree ? line.askAtOnce(this.#settings, verb, row) : line.ask(this.#settings, verb, row);
  }

  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return this.#writes.ask(this.#settings, verb, row);
  }

  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(this.#settings.dialect.execute, sql);
  }
}
