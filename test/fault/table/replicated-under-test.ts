import { Redis } from 'ioredis';
import type { RedisStorageOptions } from '../../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../../src/backends/redis/redis.storage.js';
import { RedisCluster } from '../../support/redis-cluster.js';
import { RedisSentinels } from '../../support/redis-sentinel.js';
import type { RedisServer } from '../../support/redis-server.js';
import { COUNTER } from './observed-load.js';

/** A storage on servers that replace each other. */
export interface ReplicatedServers {
  /** Not started. */
  readonly storage: RedisStorage;
  /** The one that holds the load's counter. */
  master(): Promise<RedisServer>;
  masters(): Promise<readonly RedisServer[]>;
  /** The replicas of that master. */
  replicas(): Promise<readonly RedisServer[]>;
  /** A planned failover, as by an operator. */
  failover(): Promise<void>;
  killAll(): Promise<void>;
  /** Restarts every killed server and waits until all are in sync. */
  restore(): Promise<void>;
  dispose(): Promise<void>;
}

/** Servers that sentinels monitor. */
export interface SentinelServers extends ReplicatedServers {
  readonly sentinels: readonly RedisServer[];
}

type Options = Pick<RedisStorageOptions, 'durability'>;

export async function startClusterUnderTest(options: Options = {}): Promise<ReplicatedServers> {
  const cluster = await RedisCluster.start();
  const storage = new RedisStorage({ cluster: { nodes: cluster.startupNodes }, ...options });
  const [node] = await cluster.masters();
  const slot = Number(await node?.admin.call('cluster', 'keyslot', `fsm#${COUNTER}`));
  return {
    storage,
    master: async () => (await cluster.masterOf(slot)).server,
    masters: async () => (await cluster.masters()).map(({ server }) => server),
    replicas: async () => (await cluster.replicasOf(await cluster.masterOf(slot))).map(({ server }) => server),
    failover: () => cluster.failover(slot),
    killAll: () => cluster.killAll(),
    restore: () => cluster.restore(),
    dispose: () => leave(storage, cluster),
  };
}

export async function startSentinelsUnderTest(options: Options = {}): Promise<SentinelServers> {
  const group = await RedisSentinels.start();
  const storage = new RedisStorage({ connection: group.connection, ...options });
  return {
    storage,
    sentinels: group.sentinels,
    master: () => group.master(),
    masters: async () => [await group.master()],
    replicas: () => group.replicas(),
    failover: () => group.failover(),
    killAll: () => group.killAll(),
    restore: () => group.restore(),
    dispose: () => leave(storage, group),
  };
}

async function leave(storage: RedisStorage, servers: { stop(): Promise<void> }): Promise<void> {
  await storage.stop().catch(() => {});
  await servers.stop();
}

/** Calls `use` with a client of the server and closes the client. */
export async function withAdmin<T>({ port }: { readonly port: number }, use: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = new Redis(port, '127.0.0.1');
  return use(admin).finally(() => admin.disconnect());
}
