import type { SqlConnection } from './dialect/dialect.js';
import type { TypeOrmDataSource } from './dialect/typeorm-types.js';
import { createMysqlDialect } from './mysql/dialect.js';
import { createPostgresDialect } from './postgres/dialect.js';
import { AppServerConnection } from './server/app-server.connection.js';
import { AppSqliteConnection } from './sqlite/connection.js';

/** A DataSource that the app owns, and the storage's options for it. */
export interface AppDatabase {
  readonly dataSource: TypeOrmDataSource;
  readonly commandTimeout: number;
}

/** By the `type` of the DataSource: the databases for which there is a dialect. */
const CONNECTIONS: Readonly<Record<string, (database: AppDatabase) => SqlConnection>> = {
  sqlite: ({ dataSource }) => new AppSqliteConnection(dataSource),
  'better-sqlite3': ({ dataSource }) => new AppSqliteConnection(dataSource),
  postgres: ({ dataSource, commandTimeout }) => {
    const { schema } = dataSource.options;
    const dialect = createPostgresDialect(typeof schema === 'string' ? schema : undefined);
    return new AppServerConnection(dataSource, dialect, commandTimeout);
  },
  mysql: ({ dataSource, commandTimeout }) => {
    return new AppServerConnection(dataSource, createMysqlDialect('mysql'), commandTimeout);
  },
  mariadb: ({ dataSource, commandTimeout }) => {
    return new AppServerConnection(dataSource, createMysqlDialect('mariadb'), commandTimeout);
  },
};

/** The types of DataSource for which {@link createAppConnection} makes a connection. */
export const SUPPORTED_TYPES: readonly string[] = Object.keys(CONNECTIONS);

/** The connection over a DataSource of one of the {@link SUPPORTED_TYPES}. */
export function createAppConnection(database: AppDatabase): SqlConnection {
  const { type } = database.dataSource.options;
  const create = CONNECTIONS[type];
  if (create === undefined) throw new Error(`A DataSource of type ${type} is not supported.`);
  return create(database);
}
