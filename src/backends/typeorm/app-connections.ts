import { AppServerConnection } from './server/app-server.connection.js';
import { AppSqliteConnection } from './sqlite/app-sqlite.connection.js';
import type { TypeOrmDataSource } from './dialect/typeorm-types.js';
import { mariadbDialect, mysqlDialect } from './mysql/dialect.js';
import { createPostgresDialect } from './postgres/dialect.js';
import type { SqlConnection } from './dialect/sql-session.js';

/** A DataSource the app owns, and what the storage's options say of it. */
export interface AppDatabase {
  readonly dataSource: TypeOrmDataSource;
  readonly commandTimeout: number;
}

/** By TypeORM's word for the driver: the databases there is a dialect for. */
const CONNECTIONS: Readonly<Record<string, (database: AppDatabase) => SqlConnection>> = {
  sqlite: ({ dataSource }) => new AppSqliteConnection(dataSource),
  'better-sqlite3': ({ dataSource }) => new AppSqliteConnection(dataSource),
  postgres: ({ dataSource, commandTimeout }) => {
    const { schema } = dataSource.options;
    const dialect = createPostgresDialect(typeof schema === 'string' ? schema : undefined);
    return new AppServerConnection(dataSource, dialect, commandTimeout);
  },
  mysql: ({ dataSource, commandTimeout }) => new AppServerConnection(dataSource, mysqlDialect, commandTimeout),
  mariadb: ({ dataSource, commandTimeout }) => new AppServerConnection(dataSource, mariadbDialect, commandTimeout),
};

/** The types of DataSource that `connectionTo` takes. */
export const SUPPORTED_TYPES: readonly string[] = Object.keys(CONNECTIONS);

/** The connection for a DataSource of one of the `SUPPORTED_TYPES`. */
export function connectionTo(database: AppDatabase): SqlConnection {
  const { type } = database.dataSource.options;
  const connect = CONNECTIONS[type];
  if (connect === undefined) throw new Error(`There is no dialect for a DataSource of type ${type}.`);
  return connect(database);
}
