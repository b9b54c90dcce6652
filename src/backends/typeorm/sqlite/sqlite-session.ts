import type { TypeOrmQueryRunner } from '../dialect/typeorm-types.js';
import type { Verb } from '../dialect/dialect.js';
import type { SqliteSessionSettings } from './statement-batch.js';
import type { SqlSession } from '../dialect/sql-session.js';
import { StatementQueue } from './statement-queue.js';

/** Storages over one DataSource share its query runner, and so must share the line of those that write. */
const writeLines = new WeakMap<TypeOrmQueryRunner, StatementQueue>();

/** Over one held query runner, because a SQLite DataSource has one connection. */
export class SqliteSession implements SqlSession {
  readonly #settings: SqliteSessionSettings;
  // Reads wait behind reads only: in WAL mode a writer's lock does not concern them.
  readonly #reads = new StatementQueue({ access: 'read' });
  readonly #writes: StatementQueue;

  constructor(settings: SqliteSessionSettings) {
    this.#settings = settings;
    this.#writes = writeLines.get(settings.queryRunner) ?? new StatementQueue({ access: 'write' });
    writeLines.set(settings.queryRunner, this.#writes);
  }

  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    const line = this.#reads;
    return line.isIdle ? line.runNow(this.#settings, verb, row) : line.ask(this.#settings, verb, row);
  }

  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return this.#writes.ask(this.#settings, verb, row);
  }

  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(this.#settings.dialect.execute, sql);
  }
}
