import type { ConfigurableModuleAsyncOptions, Provider, Type } from '@nestjs/common';
import type { BaseStorage } from '../contract/base-storage.js';
import type { StateDocument } from '../contract/state-document.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import type { StorageOptions } from '../storage/storage-options.js';

/** How the module behaves when the backend does not answer at boot. */
export interface StartRetryOptions {
  /**
   * How often a start that failed because of an outage is tried again; from 0. Wrong options and missing packages are
   * reported at once.
   * @defaultValue 9
   */
  readonly retryAttempts?: number | undefined;
  /**
   * Milliseconds between two attempts to start; from 0.
   * @defaultValue 3000
   */
  readonly retryDelay?: number | undefined;
}

/**
 * What every backend takes. `onBackgroundError` left out, such errors are warnings in Nest's log; `layers` left out,
 * Redis gets a `circuitBreaker()`.
 */
export interface CommonModuleOptions extends StorageOptions, StartRetryOptions {}

/** Keeps states in this process; they end with it. */
export interface MemoryModuleOptions extends CommonModuleOptions {
  readonly backend: 'memory';
}

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

/** How Redis is reached: exactly one of the four. */
export type RedisReach =
  | {
      /** `redis://` or `rediss://`; the storage opens and closes the connection. */
      readonly url: string;
      readonly client?: undefined;
      readonly connection?: undefined;
      readonly cluster?: undefined;
    }
  | {
      /** A `Redis` or `Cluster` of ioredis that the app owns: it is used, never closed. */
      readonly client: object;
      readonly url?: undefined;
      readonly connection?: undefined;
      readonly cluster?: undefined;
    }
  | {
      /**
       * `RedisOptions` of ioredis; the storage opens and closes the connection. With `sentinels` and `name` it leads to
       * the master of that group.
       */
      readonly connection: RedisConnectionSettings;
      readonly url?: undefined;
      readonly client?: undefined;
      readonly cluster?: undefined;
    }
  | {
      /** A Redis Cluster; the storage opens and closes the connections. */
      readonly cluster: RedisClusterReach;
      readonly url?: undefined;
      readonly client?: undefined;
      readonly connection?: undefined;
    };

/** Where a Redis Cluster is. */
export interface RedisClusterReach {
  /** One or more of the nodes; they name the others. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** `ClusterOptions` of ioredis; a password goes into `redisOptions`. */
  readonly options?:
    { readonly redisOptions?: RedisConnectionSettings; readonly [option: string]: unknown } | undefined;
}

/**
 * The usual ones of ioredis' `RedisOptions`; all the others are taken as well. Spelled out here because the main entry
 * names no optional package.
 */
export interface RedisConnectionSettings {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: object | undefined;
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[] | undefined;
  /** The name of the group that the sentinels watch over. */
  readonly name?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly [option: string]: unknown;
}

/** Keeps states in Redis. Needs `ioredis`; documented at `RedisStorageOptions` in `/redis`. */
export type RedisModuleOptions = CommonModuleOptions &
  RedisReach & {
    readonly backend: 'redis';
    /** Stands in the namespace's place in every key, as it is; not together with `namespace`. */
    readonly prefix?: string | undefined;
    /**
     * Milliseconds until a command is given up; from 1.
     * @defaultValue 5000
     */
    readonly commandTimeout?: number | undefined;
    /**
     * A write counts as done when so many replicas have it within `timeout` milliseconds (1000 by default).
     * @defaultValue none: it is done when the master has it
     */
    readonly durability?: { readonly replicas: number; readonly timeout?: number | undefined } | undefined;
  };

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

/** A storage or driver of the app's own. A class is made by Nest, so it may inject what `extraProviders` and `imports` hold. */
export type CustomStorage<Encoded> =
  BaseStorage | StorageDriver<Encoded> | Type<BaseStorage> | Type<StorageDriver<Encoded>>;

/**
 * Keeps states wherever `storage` does. The common options go with a driver; a ready `BaseStorage` has taken its own
 * in its constructor.
 */
export interface CustomModuleOptions extends CommonModuleOptions {
  readonly backend: 'custom';
  readonly storage: CustomStorage<string> | CustomStorage<StateDocument>;
}

/** What `FsmStorageModule` needs to make a storage, told apart by `backend`. */
export type FsmStorageModuleOptions =
  | MemoryModuleOptions
  | SqliteModuleOptions
  | RedisModuleOptions
  | PostgresModuleOptions
  | MysqlModuleOptions
  | MariadbModuleOptions
  | TypeOrmModuleOptions
  | CustomModuleOptions;

/** The name of a backend, as `backend` takes it. */
export type BackendName = FsmStorageModuleOptions['backend'];

/** What concerns Nest and not the storage: beside the options in `forRoot`, beside `useFactory` in `forRootAsync`. */
export interface FsmStorageModuleExtras {
  /** Tells several storages of one app apart: inject this one with `@InjectFsmStorage(name)`. */
  name?: string | undefined;
  /**
   * Whether modules that do not import this one may inject the storage.
   * @defaultValue false
   */
  isGlobal?: boolean | undefined;
  /** Providers that the options factory or a custom storage class injects. */
  extraProviders?: Provider[] | undefined;
}

/** What a class given as `useClass` or `useExisting` implements. */
export interface FsmStorageOptionsFactory {
  createFsmStorageOptions(): FsmStorageModuleOptions | Promise<FsmStorageModuleOptions>;
}

/** The argument of `FsmStorageModule.forRoot`. */
export type FsmStorageRootOptions = FsmStorageModuleOptions & FsmStorageModuleExtras;

/** The argument of `FsmStorageModule.forRootAsync`. */
export type FsmStorageRootAsyncOptions = ConfigurableModuleAsyncOptions<
  FsmStorageModuleOptions,
  'createFsmStorageOptions'
> &
  FsmStorageModuleExtras;
