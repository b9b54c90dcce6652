import type { CommonModuleOptions } from './common-module-options.js';

/** Keeps states in one SQLite file. Needs `typeorm` and a driver; documented at `SqliteStorageOptions` in `/typeorm`. */
export interface SqliteModuleOptions extends CommonModuleOptions {
  readonly backend: 'sqlite';
  /** The file. It and its folder are made where they are missing. */
  readonly path: string;
  /** @defaultValue `better-sqlite3` where it is installed, else `sqlite3` */
  readonly driver?: 'better-sqlite3' | 'sqlite3' | undefined;
  /**
   * `full`: what is acknowledged survives a power failure. `normal`: it survives the end of the process, and no write
   * waits for the disk.
   * @defaultValue 'full'
   */
  readonly durability?: 'full' | 'normal' | undefined;
  /**
   * `create`: make the tables where they are missing; `verify`: fail where they are.
   * @defaultValue 'create'
   */
  readonly schema?: 'create' | 'verify' | undefined;
  /**
   * Milliseconds in which another process may hold the file's lock before an operation fails; from 0.
   * @defaultValue 5000
   */
  readonly busyTimeout?: number | undefined;
}

/** Keeps states in a database the app has opened. Needs `typeorm`; documented at `TypeOrmStorageOptions` in `/typeorm`. */
export interface TypeOrmModuleOptions extends CommonModuleOptions {
  readonly backend: 'typeorm';
  /** A `DataSource` of TypeORM that the app owns: it is used, never closed. */
  readonly dataSource: object;
  /**
   * `create`: make the tables where they are missing; `verify`: fail where they are.
   * @defaultValue 'create'
   */
  readonly schema?: 'create' | 'verify' | undefined;
  /**
   * Milliseconds until a command to a server is given up; from 1. Not for SQLite.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
}

/** How a SQL server is reached: exactly one of the two. The storage opens and closes the connections. */
export type ServerReach =
  | {
      /** Such as `postgres://user:password@host:5432/database`. */
      readonly url: string;
      readonly connection?: undefined;
    }
  | {
      /** What TypeORM takes to reach such a server; the storage opens and closes the connections. */
      readonly connection: ServerConnectionSettings;
      readonly url?: undefined;
    };

/**
 * The usual ones of TypeORM's options for a server; all the others are taken as well. Spelled out here because the main
 * entry names no optional package.
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

/** What every SQL server takes. */
export interface ServerModuleOptions extends CommonModuleOptions {
  /**
   * `create`: make the tables where they are missing; `verify`: fail where they are.
   * @defaultValue 'create'
   */
  readonly schema?: 'create' | 'verify' | undefined;
  /**
   * Milliseconds until a command is given up, waiting for a connection included; from 1.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
  /**
   * The most connections that are open at once; from 1.
   * @defaultValue 10
   */
  readonly poolSize?: number | undefined;
}

/**
 * Keeps states in Postgres. Needs `typeorm` and `pg`; documented at `PostgresStorageOptions` in `/typeorm`.
 */
export type PostgresModuleOptions = ServerModuleOptions &
  ServerReach & {
    readonly backend: 'postgres';
  };

/** Keeps states in MySQL. Needs `typeorm` and `mysql2`; documented at `MysqlStorageOptions` in `/typeorm`. */
export type MysqlModuleOptions = ServerModuleOptions & ServerReach & { readonly backend: 'mysql' };

/** Keeps states in MariaDB. Needs `typeorm` and `mysql2`; documented at `MysqlStorageOptions` in `/typeorm`. */
export type MariadbModuleOptions = ServerModuleOptions & ServerReach & { readonly backend: 'mariadb' };
