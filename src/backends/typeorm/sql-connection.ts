import type { DriverContext } from '../../contract/storage-driver.js';
import type { Dialect } from './dialects/dialect.js';
import type { SqlSession } from './sql-session.js';

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
