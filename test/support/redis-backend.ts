import { Redis } from 'ioredis';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import type { StorageKey } from '../../src/contract/storage-driver.js';
import type { StorageOptions } from '../../src/storage/storage-options.js';
import type { ContractBackend, StorageHarness } from '../../src/testing/storage-harness.js';
import { type RedisServer, startRedisServer } from './redis-server.js';

/** A server that ends with this process and is emptied for every harness. */
let server: Promise<RedisServer> | undefined;

export const redisBackend = createRedisBackend('redis', {});

/** @param common - options of every storage, unless a test has its own */
export function createRedisBackend(name: string, common: StorageOptions): ContractBackend {
  return {
    name,
    traits: ['server-clock', 'repeats-in-scan'],
    async createHarness() {
      server ??= startRedisServer({ persistent: true });
      return createRedisHarness(await server, common);
    },
  };
}

async function createRedisHarness(redis: RedisServer, common: StorageOptions): Promise<StorageHarness> {
  const admin = new Redis(redis.url);
  admin.on('error', () => {}); // It breaks when a test interrupts the server, and comes back by itself.
  await admin.flushall();
  return {
    createStorage: (options) => new RedisStorage({ url: redis.url, ...common, ...options }),
    passTime: (milliseconds) => passTime(admin, milliseconds),
    plant: async (key, text) => void (await admin.set(nameOf(key), text)),
    readRaw: (key) => admin.get(nameOf(key)),
    countStored: async (namespace) => (await admin.keys(`${namespace}[:#]*`)).length,
    async interrupt() {
      await redis.kill();
      return () => redis.restart();
    },
    async dispose() {
      await admin.quit();
    },
  };
}

/** The server's clock cannot be moved, so every deadline is. */
async function passTime(admin: Redis, milliseconds: number): Promise<void> {
  for (const name of await admin.keys('*')) {
    const deadline = Number(await admin.call('pexpiretime', name));
    if (deadline > 0) await admin.pexpireat(name, deadline - milliseconds);
  }
}

/** Rule FMT-2, spelled anew. */
function nameOf({ namespace, kind, identifier }: StorageKey): string {
  return `${namespace}${kind === 'state' ? ':' : '#'}${identifier}`;
}
