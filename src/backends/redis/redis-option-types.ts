// The options of a storage in Redis, without the types of ioredis: the main entry imports no optional package.
import type { StorageOptions } from '../../storage/storage-options.js';

/** The options of a storage in Redis, however it connects. */
export interface RedisStorageSettings extends StorageOptions {
  /**
   * Replaces the namespace in every key, unchanged: `<prefix>:<identifier>` is the layout of kurigram-addons. Its states
   * can be read, listed and compared, and listings leave out its counters. 1 to 64 characters without `#`. Cannot be
   * combined with `namespace`. A prefix may contain a `:`, unlike a namespace, but then the storage with the prefix `a`
   * also sees the entries of the storage with the prefix `a:b`.
   * @defaultValue none: keys contain the namespace
   */
  readonly prefix?: string | undefined;
  /**
   * Milliseconds until a command rejects with {@link StorageTimeoutError}; also the time limit for connecting at the
   * start. From 1. If the connection is lost, a command first waits up to a second for a new one; that second does not
   * count.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
  /**
   * A write is done when this many replicas have it as well (the command WAIT). Otherwise it rejects with
   * {@link StorageUnavailableError} and outcome `unknown`. This makes it rare that a failover loses a write, not
   * impossible: WAIT is not a consensus, and another replica may become the master.
   * @defaultValue none: a write is done when the master has it
   */
  readonly durability?: RedisDurability | undefined;
}

/** How many replicas must have a write before it is done. */
export interface RedisDurability {
  /** From 1. */
  readonly replicas: number;
  /**
   * Milliseconds in which they must confirm it; from 1, and less than `commandTimeout`.
   * @defaultValue 1000
   */
  readonly timeout?: number | undefined;
}

/**
 * How to connect to Redis: exactly one of `url`, `connection`, `cluster` and `client`. Except for a `client`, the storage
 * opens and closes the connections.
 * @typeParam Connection - `RedisOptions` of ioredis
 * @typeParam ClusterOptions - `ClusterOptions` of ioredis
 * @typeParam Client - `Redis` or `Cluster` of ioredis or iovalkey
 */
export type RedisAddress<Connection, ClusterOptions, Client> =
  | {
      /**
       * `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. undefined, as an environment variable
       * may be, is rejected.
       */
      readonly url: string | undefined;
      readonly connection?: undefined;
      readonly cluster?: undefined;
      readonly client?: undefined;
    }
  | {
      /**
       * The options of `new Redis(…)`. With `sentinels` and `name` the storage uses the current master of that group;
       * unless `failoverDetector` is false, it also listens to the sentinels and leaves a master that they replace. The
       * storage itself sets `lazyConnect`, `enableOfflineQueue`, `autoResendUnfulfilledCommands` and
       * `maxRetriesPerRequest`, so that no command is sent twice and none waits forever.
       */
      readonly connection: Connection;
      readonly url?: undefined;
      readonly cluster?: undefined;
      readonly client?: undefined;
    }
  | {
      /** A Redis Cluster. */
      readonly cluster: RedisClusterAddress<ClusterOptions>;
      readonly url?: undefined;
      readonly connection?: undefined;
      readonly client?: undefined;
    }
  | {
      /**
       * A `Redis` or `Cluster` of ioredis 5.4 or later, or of iovalkey, that the app owns. Its `keyPrefix` is respected.
       * The storage never closes it; while the storage is started, the client has a listener for `error`. Calls fail while
       * the client is inside a transaction, subscribes to channels, or is in another database than at the start. A
       * `Cluster` must read from masters (`scaleReads`). Create a `Redis` with `autoResendUnfulfilledCommands: false`:
       * with the default of ioredis, a `setState` or `touch` without a reply may be applied again after a reconnect. An
       * operation that must not happen twice never does, whatever the options of the client.
       */
      readonly client: Client;
      readonly url?: undefined;
      readonly connection?: undefined;
      readonly cluster?: undefined;
    };

/**
 * How to connect to a Redis Cluster.
 * @typeParam ClusterOptions - `ClusterOptions` of ioredis
 */
export interface RedisClusterAddress<ClusterOptions> {
  /** One or more of its nodes; the others are read from them. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /**
   * The options of `new Cluster(nodes, …)`; a password belongs in `redisOptions`. The storage itself sets `lazyConnect`
   * and `scaleReads`: replicas lag behind, so nothing is read from them.
   */
  readonly options?: ClusterOptions | undefined;
}
