import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { MemoryStorage } from '../../src/backends/memory/memory.storage.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { SqliteStorage } from '../../src/backends/typeorm/sqlite/storage.js';
import type { BaseStorage } from '../../src/contract/base-storage.js';
import { EVERY_RESULT, makeEveryCall } from '../support/every-call.js';
import { useFolder, useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';

type Faked = Parameters<typeof jest.useFakeTimers>[0];

/** ioredis connects with both. */
const REAL_FOR_IOREDIS: Faked = { doNotFake: ['nextTick', 'setImmediate'] };

const server = useServer(startRedisServer);
const folder = useFolder();

describe('while a test has called jest.useFakeTimers()', () => {
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
