import { Redis } from 'ioredis';
import type { RedisStorageOptions } from '../../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../../src/backends/redis/redis.storage.js';
import { RedisCluster } from '../../support/redis-cluster.js';
import { RedisSentinels } from '../../support/redis-sentinel.js';
import type { RedisServer } from '../../support/redis-server.js';
import { COUNTER } from './observed-load.js';

/** A storage on servers that stand in for each other. */
export interface GroupPatient {
  /** Not started. */
  readonly storage: RedisStorage;
  /** The one that holds the load's counter. */
  master(): Promise<RedisServer>;
  masters(): Promise<readonly RedisServer[]>;
  /** Those that stand in for it. */
  replicas(): Promise<readonly RedisServer[]>;
  /** An operator has another server take the master's place. */
  failover(): Promise<void>;
  killAll(): Promise<void>;
  /** All that was killed runs again, and all are in step. */
  restore(): Promise<void>;
  discharge(): Promise<void>;
}

/** A patient that is watched over by sentinels. */
export interface SentinelPatient extends GroupPatient {
  readonly sentinels: readonly RedisServer[];
}

type Options = Pick<RedisStorageOptions, 'durability'>;

export async function admitCluster(options: Options = {}): Promise<GroupPatient> {
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
    discharge: () => leave(storage, cluster),
  };
}

export async function admitSentinels(options: Options = {}): Promise<SentinelPatient> {
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
    discharge: () => leave(storage, group),
  };
}

async function leave(storage: RedisStorage, servers: { stop(): Promise<void> }): Promise<void> {
  await storage.stop().catch(() => {});
  await servers.stop();
}

/** Lends a client to a server. */
export async function withAdmin<T>({ port }: { readonly port: number }, use: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = new Redis(port, '127.0.0.1');
  return use(admin).finally(() => admin.disconnect());
}
