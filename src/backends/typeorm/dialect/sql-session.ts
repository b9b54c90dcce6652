import type { DriverContext } from '../../../contract/storage-driver.js';
import type { Dialect, Verb } from './dialect.js';

/** Where a driver's statements go: a DataSource of our own, or one the app owns. */
export interface SqlConnection {
  /** The driver's: names the database, whoever owns the DataSource that leads to it. */
  readonly backend: string;
  readonly dialect: Dialect;
  /** Where the data lies, as a message may name it. */
  readonly place: string;

  /** Connects; what it gives back is used until `close`. */
  open(context: DriverContext): Promise<SqlSession>;
  /** Settings of the connection, once the schema is as it should be. */
  configure(session: SqlSession): Promise<void>;
  /** Beyond the statement of a ping: rejects where the data answers but has become unreachable to others. */
  check(): Promise<void>;
  /** Closes what `open` opened. */
  close(): Promise<void>;
}

/** Does a dialect's verbs, each as (or as part of) a single statement. Fails with errors of this package. */
export interface SqlSession {
  read<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer>;
  write<Row, Answer>(verb: Verb<Row, Answer>, row: Row): Promise<Answer>;
  /** A statement without parameters or meaning: a PRAGMA, a CREATE. Gives its rows. */
  execute(sql: string): Promise<readonly unknown[]>;
}
