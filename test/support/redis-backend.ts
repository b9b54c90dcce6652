import { Redis } from 'ioredis';
import type { RedisStorageOptions } from '../../src/backends/redis/redis.options.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import type { StorageKey } from '../../src/contract/storage-driver.js';
import type { StorageOptions } from '../../src/storage/storage-options.js';
import type { ContractBackend, StorageHarness } from '../../src/testing/storage-harness.js';
import { RedisCluster } from './redis-cluster.js';
import { RedisSentinels } from './redis-sentinel.js';
import { startRedisServer } from './redis-server.js';
import { REDIS, REDIS_8, type ServerProduct, VALKEY_9 } from './server-products.js';

/** The servers of a backend. */
interface Servers {
  readonly address: RedisStorageOptions;
  /** Creates a client of the test for every server that stores keys. */
  admins(): Promise<readonly Redis[]>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const TRAITS = ['server-clock', 'repeats-in-scan'] as const;

export const redisBackend = createRedisBackend('redis');
export const redis8Backend = createRedisBackend('redis 8', {}, () => startOne(REDIS_8));
export const valkeyBackend = createRedisBackend('valkey', {}, () => startOne(VALKEY_9));
export const redisClusterBackend = createRedisBackend('redis cluster', {}, startCluster);
export const redisSentinelBackend = createRedisBackend('redis sentinel', {}, startSentinels);

/** @param common - the options of every storage, unless a test overrides them */
export function createRedisBackend(
  name: string,
  common: StorageOptions = {},
  start: () => Promise<Servers> = () => startOne(REDIS),
): ContractBackend {
  /** The servers end with this process. Every harness removes all keys. */
  let servers: Promise<Servers> | undefined;
  return {
    name,
    traits: TRAITS,
    async createHarness() {
      servers ??= start();
      return createRedisHarness(await servers, common);
    },
  };
}

async function startOne(product: ServerProduct): Promise<Servers> {
  const server = await startRedisServer({ persistent: true, product });
  return {
    address: { url: server.url },
    admins: () => Promise.resolve([new Redis(server.url)]),
    kill: () => server.kill(),
    restart: () => server.restart(),
  };
}

async function startCluster(): Promise<Servers> {
  const cluster = await RedisCluster.start();
  return {
    address: { cluster: { nodes: cluster.startupNodes } },
    admins: async () => (await cluster.masters()).map(({ server }) => new Redis(server.url)),
    kill: () => cluster.killAll(),
    restart: () => cluster.restore(),
  };
}

async function startSentinels(): Promise<Servers> {
  const group = await RedisSentinels.start();
  return {
    address: { connection: group.connection },
    admins: async () => [group.admin(await group.master())],
    kill: () => group.killAll(),
    restart: () => group.restore(),
  };
}

async function createRedisHarness(servers: Servers, common: StorageOptions): Promise<StorageHarness> {
  const admins = await servers.admins();
  // The connections break when a test interrupts the servers. ioredis reconnects.
  for (const admin of admins) admin.on('error', () => {});
  await onEach(admins, (admin) => admin.flushall());
  return {
    createStorage: (options) => new RedisStorage({ ...servers.address, ...common, ...options }),
    passTime: async (milliseconds) => void (await onEach(admins, (admin) => passTime(admin, milliseconds))),
    writeRaw: async (key, text) => void (await onHolder(admins, (admin) => admin.set(nameOf(key), text))),
    readRaw: (key) => onHolder(admins, (admin) => admin.get(nameOf(key))),
    async countStored(namespace) {
      const names = await onEach(admins, (admin) => admin.keys(`${namespace}[:#]*`));
      return names.flat().length;
    },
    async interrupt() {
      await servers.kill();
      return () => servers.restart();
    },
    dispose: async () => void (await onEach(admins, (admin) => admin.quit())),
  };
}

function onEach<T>(admins: readonly Redis[], run: (admin: Redis) => Promise<T>): Promise<T[]> {
  return Promise.all(admins.map(run));
}

/** Runs a command on every server. In a cluster it fails on all servers except the one that stores the key. */
async function onHolder<T>(admins: readonly Redis[], run: (admin: Redis) => Promise<T>): Promise<T> {
  const results = await Promise.allSettled(admins.map(run));
  const [holder] = results.filter((result) => result.status === 'fulfilled');
  if (holder === undefined) throw new Error('No server stores the key.', { cause: results });
  return holder.value;
}

/** The server's clock cannot be changed, so every deadline is changed instead. */
async function passTime(admin: Redis, milliseconds: number): Promise<void> {
  for (const name of await admin.keys('*')) {
    const deadline = Number(await admin.call('pexpiretime', name));
    if (deadline > 0) await admin.pexpireat(name, deadline - milliseconds);
  }
}

/** The key of an entry (rule FMT-2), built without the code under test. */
function nameOf({ namespace, kind, identifier }: StorageKey): string {
  return `${namespace}${kind === 'state' ? ':' : '#'}${identifier}`;
}
