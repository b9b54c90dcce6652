import { readProperty } from '../../toolkit/properties.js';
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
  mysql: (database) => createAppMysqlConnection(database, 'mysql'),
  mariadb: (database) => createAppMysqlConnection(database, 'mariadb'),
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

function createAppMysqlConnection(
  { dataSource, commandTimeout }: AppDatabase,
  backend: 'mysql' | 'mariadb',
): SqlConnection {
  const dialect = createMysqlDialect({ backend, owner: 'app', database: databaseOf(dataSource) });
  return new AppServerConnection(dataSource, dialect, commandTimeout);
}

/**
 * The database that connections of the DataSource begin in. Later the app may select another one on any of them, so a
 * connection cannot be asked. undefined: none.
 */
function databaseOf(dataSource: TypeOrmDataSource): string | undefined {
  const given = [
    readProperty(readProperty(dataSource.options, 'extra'), 'database'),
    // TypeORM reads it from `url` or `replication`, if it is there.
    readProperty(readProperty(dataSource, 'driver'), 'database'),
    dataSource.options.database,
  ];
  return given.find((name): name is string => typeof name === 'string' && name !== '');
}
