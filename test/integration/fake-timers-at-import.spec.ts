import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { EVERY_RESULT, makeEveryCall } from '../support/every-call.js';
import { useFolder, useServer } from '../support/fixtures.js';

type Faked = Parameters<typeof jest.useFakeTimers>[0];

// As with `fakeTimers: { enableGlobally: true }`: the timers are fake before the package and its peers are imported.
jest.useFakeTimers();
const { MemoryStorage } = await import('../../src/backends/memory/memory.storage.js');
const { RedisStorage } = await import('../../src/backends/redis/redis.storage.js');
const { SqliteStorage } = await import('../../src/backends/typeorm/sqlite/storage.js');
jest.useRealTimers();
const { startRedisServer } = await import('../support/redis-server.js');

/** ioredis connects with both. */
const REAL_FOR_IOREDIS: Faked = { doNotFake: ['nextTick', 'setImmediate'] };

const server = useServer(startRedisServer);
const folder = useFolder();

describe('with fake timers since before the import', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each<[string, () => BaseStorage, Faked]>([
    ['memory', () => new MemoryStorage(), {}],
    ['SQLite', () => new SqliteStorage({ path: join(folder(), 'fsm.db') }), {}],
    ['Redis', () => new RedisStorage({ url: server().url }), REAL_FOR_IOREDIS],
  ])('every call of a storage in %s ends', async (_name, createStorage, faked) => {
    jest.useFakeTimers(faked);
    expect(await makeEveryCall(createStorage())).toEqual(EVERY_RESULT);
  });
});
