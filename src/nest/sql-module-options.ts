import type { ServerStorageOptions } from '../backends/typeorm/server/server.options.js';
import type { SqliteStorageOptions } from '../backends/typeorm/sqlite/options.js';
import type { TypeOrmStorageOptions } from '../backends/typeorm/typeorm.options.js';
import type { CommonModuleOptions } from './common-module-options.js';

/** Keeps states in a SQLite file. Needs `typeorm`, and `better-sqlite3` or `sqlite3`. */
export interface SqliteModuleOptions extends SqliteStorageOptions, CommonModuleOptions {
  readonly backend: 'sqlite';
}

/** Keeps states in a database that the app has opened. Needs `typeorm`; `dataSource` is a `DataSource` of it. */
export interface TypeOrmModuleOptions extends TypeOrmStorageOptions<object>, CommonModuleOptions {
  readonly backend: 'typeorm';
}

/**
 * The usual connection options of TypeORM for a server; TypeORM's other options are also accepted. Declared here without
 * TypeORM's types, because the main entry names no optional package.
 */
export interface ServerConnectionSettings {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  readonly ssl?: boolean | object | undefined;
  readonly [option: string]: unknown;
}

/** The options of a backend on a SQL server. */
type ServerModuleOptions<Backend extends string> = { readonly backend: Backend } & CommonModuleOptions &
  ServerStorageOptions<ServerConnectionSettings>;

/** Keeps states in Postgres. Needs `typeorm` and `pg`. */
export type PostgresModuleOptions = ServerModuleOptions<'postgres'>;

/** Keeps states in MySQL. Needs `typeorm` and `mysql2`. */
export type MysqlModuleOptions = ServerModuleOptions<'mysql'>;

/** Keeps states in MariaDB. Needs `typeorm` and `mysql2`. */
export type MariadbModuleOptions = ServerModuleOptions<'mariadb'>;
