import type { CommonModuleOptions } from './common-module-options.js';

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
