import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { useFolder, useServer } from '../support/fixtures.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { startRedisServer } from '../support/redis-server.js';
import { filesOfAWrite, type MeasuredStorage } from '../support/write-coverage.js';

/** The files above the driver that a reader opens to follow one write. */
const MAX_SHARED_FILES = 6;
const SHARED = /^(storage|rules|codec)\//;

/** All files of a write, as last measured. A change that needs fewer files lowers the limit; none raises it. */
const MAX_FILES = { memory: 11, SQLite: 14, Redis: 18, Postgres: 15 } as const;

const folder = useFolder();
const redis = useServer(startRedisServer);
const postgres = useServer(startPostgresServer);

const STORAGES: readonly (readonly [keyof typeof MAX_FILES, () => MeasuredStorage])[] = [
  ['memory', () => ({ entry: 'nestjs-fsm-storage/core', className: 'MemoryStorage', options: {} })],
  [
    'SQLite',
    () => ({
      entry: 'nestjs-fsm-storage/typeorm',
      className: 'SqliteStorage',
      options: { path: join(folder(), 'fsm.db'), driver: 'better-sqlite3' },
    }),
  ],
  ['Redis', () => ({ entry: 'nestjs-fsm-storage/redis', className: 'RedisStorage', options: { url: redis().url } })],
  [
    'Postgres',
    () => ({ entry: 'nestjs-fsm-storage/typeorm', className: 'PostgresStorage', options: { url: postgres().url } }),
  ],
];

describe('the files that execute code during one setState', () => {
  it.each(STORAGES)('are few on %s', async (name, storage) => {
    const files = await filesOfAWrite(storage());
    console.log(`${name}: ${files.length} files for one write\n${files.join('\n')}`);
    expect(files).toContain('storage/namespaced-storage');
    expect(files.filter((file) => SHARED.test(file)).length).toBeLessThanOrEqual(MAX_SHARED_FILES);
    expect(files.length).toBeLessThanOrEqual(MAX_FILES[name]);
  });
});
