import type { Verb } from './dialects/dialect.js';

/** Does a dialect's verbs, each as (or as part of) a single statement. Fails with errors of this package. */
export interface SqlSession {
  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer>;
  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer>;
  /** A statement without parameters or meaning: a PRAGMA, a CREATE. Gives its rows. */
  execute(sql: string): Promise<readonly unknown[]>;
}
