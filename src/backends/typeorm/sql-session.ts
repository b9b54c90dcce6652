import type { TypeOrmQueryRunner } from './data-source.js';
import type { Dialect, Verb } from './dialects/dialect.js';
import type { SqlSessionSettings } from './operation.js';
import { StatementLine } from './statement-line.js';

/** Storages over one DataSource share its query runner, and so must share the line of those that write. */
const writeLines = new WeakMap<TypeOrmQueryRunner, StatementLine>();

/** Does a dialect's verbs over one held query runner, each as (or as part of) a single statement. */
export class SqlSession {
  readonly #settings: SqlSessionSettings;
  // Reads wait behind reads only: in WAL mode a writer's lock does not concern them.
  readonly #reads = new StatementLine({ access: 'read' });
  readonly #writes: StatementLine;

  constructor(settings: SqlSessionSettings) {
    this.#settings = settings;
    this.#writes = writeLines.get(settings.queryRunner) ?? new StatementLine({ access: 'write' });
    writeLines.set(settings.queryRunner, this.#writes);
  }

  get dialect(): Dialect {
    return this.#settings.dialect;
  }

  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    const line = this.#reads;
    return line.isFree ? line.askAtOnce(this.#settings, verb, row) : line.ask(this.#settings, verb, row);
  }

  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer> {
    return this.#writes.ask(this.#settings, verb, row);
  }

  /** A statement without parameters or meaning: a PRAGMA, a CREATE. Gives its rows. */
  execute(sql: string): Promise<readonly unknown[]> {
    return this.write(this.dialect.execute, sql);
  }
}
