import type { RedisAddress, RedisStorageSettings } from '../backends/redis/redis-option-types.js';
import type { CommonModuleOptions } from './common-module-options.js';

/**
 * The usual `RedisOptions` of ioredis; its other options are also accepted. Declared here without the types of ioredis,
 * because the main entry names no optional package.
 */
export interface RedisConnectionSettings {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: object | undefined;
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[] | undefined;
  /** The name of the group that the sentinels monitor. */
  readonly name?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly [option: string]: unknown;
}

/** The usual `ClusterOptions` of ioredis; its other options are also accepted. */
export interface RedisClusterConnectionSettings {
  /** The options of the connection to each node, such as `password` and `tls`. */
  readonly redisOptions?: RedisConnectionSettings | undefined;
  readonly [option: string]: unknown;
}

/** Keeps states in Redis. Needs `ioredis`. */
export type RedisModuleOptions = { readonly backend: 'redis' } & CommonModuleOptions &
  RedisStorageSettings &
  RedisAddress<RedisConnectionSettings, RedisClusterConnectionSettings, object>;
