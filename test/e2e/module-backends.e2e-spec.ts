import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import {
  BaseStorage,
  FsmStorageModule,
  type FsmStorageRootOptions,
  type MariadbModuleOptions,
  type PostgresModuleOptions,
  type RedisModuleOptions,
  type SqliteModuleOptions,
  type StartRetryOptions,
  type TypeOrmModuleOptions,
} from 'nestjs-fsm-storage';
import { type RedisStorageOptions } from 'nestjs-fsm-storage/redis';
import {
  type MysqlStorageOptions,
  type PostgresStorageOptions,
  type SqliteStorageOptions,
  type TypeOrmStorageOptions,
} from 'nestjs-fsm-storage/typeorm';
import { useFolder, useServer } from '../support/fixtures.js';
import { findFreePort } from '../support/free-port.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import { provideRedis } from '../support/redis-server.js';

/** The names of a backend's options, as the module and as the backend itself know them; the compiler compares. */
type OptionsOf<ModuleOptions> = Exclude<keyof ModuleOptions, keyof StartRetryOptions | 'backend'>;
type Same<One, Other> = [One, Other] extends [Other, One] ? true : false;
const SAME_OPTIONS: [
  Same<OptionsOf<SqliteModuleOptions>, keyof SqliteStorageOptions>,
  Same<OptionsOf<RedisModuleOptions>, keyof RedisStorageOptions>,
  Same<OptionsOf<PostgresModuleOptions>, keyof PostgresStorageOptions>,
  Same<OptionsOf<MariadbModuleOptions>, keyof MysqlStorageOptions>,
  Same<OptionsOf<TypeOrmModuleOptions>, keyof TypeOrmStorageOptions>,
] = [true, true, true, true, true];

const folder = useFolder();
const redis = useServer(provideRedis);
let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function createApp(options: FsmStorageRootOptions): Promise<TestingModule> {
  app = await Test.createTestingModule({ imports: [FsmStorageModule.forRoot(options)] }).compile();
  return app;
}

/** Counts once per app life in one store; the total shows whether the second life saw the first. */
async function liveTwice(options: FsmStorageRootOptions): Promise<number> {
  let total = 0;
  for (let life = 0; life < 2; life += 1) {
    const module = await createApp(options);
    await module.init();
    total = await module.get(BaseStorage).increment('lives');
    await module.close();
  }
  return total;
}

describe('FsmStorageModule with every backend', () => {
  it('has the same options as the backends', () => {
    expect(SAME_OPTIONS).toEqual([true, true, true, true, true]);
  });

  it.each(['sqlite3', 'better-sqlite3'] as const)('LC-3 opens and closes a SQLite file (%s)', async (driver) => {
    expect(await liveTwice({ backend: 'sqlite', path: join(folder(), `${driver}.db`), driver })).toBe(2);
  });

  it('LC-3 uses a DataSource of the app and leaves it open', async () => {
    const dataSource = new DataSource({ type: 'better-sqlite3', database: join(folder(), 'app.db') });
    await dataSource.initialize();
    expect(await liveTwice({ backend: 'typeorm', dataSource })).toBe(2);
    expect(dataSource.isInitialized).toBe(true);
    await dataSource.destroy();
  });

  it('LC-3 opens and closes a Redis connection by url and by connection options', async () => {
    const { hostname, port } = new URL(redis().url);
    const namespace = `module-${process.pid}`;
    expect(await liveTwice({ backend: 'redis', url: redis().url, namespace })).toBe(2);
    expect(await liveTwice({ backend: 'redis', connection: { host: hostname, port: Number(port) }, namespace })).toBe(
      4,
    );
    const module = await createApp({ backend: 'redis', url: redis().url, namespace });
    await module.init();
    expect(await module.get(BaseStorage).clearNamespace()).toBe(1);
  });

  it('LC-3 uses a Redis client of the app and leaves it open', async () => {
    const client = new Redis(redis().url, { autoResendUnfulfilledCommands: false });
    const namespace = `module-client-${process.pid}`;
    expect(await liveTwice({ backend: 'redis', client, namespace })).toBe(2);
    expect(await client.del(`${namespace}#lives`)).toBe(1);
    await client.quit();
  });

  it('LC-3 opens and closes connections to Postgres, and uses a DataSource of the app and leaves it open', async () => {
    const postgres = await startPostgresServer();
    const { hostname: host, port, username, password } = new URL(postgres.url);
    const connection = { host, port: Number(port), username, password, database: 'postgres' };
    expect(await liveTwice({ backend: 'postgres', url: postgres.url })).toBe(2);
    expect(await liveTwice({ backend: 'postgres', connection })).toBe(4);
    const dataSource = await new DataSource({ type: 'postgres', url: postgres.url }).initialize();
    expect(await liveTwice({ backend: 'typeorm', dataSource })).toBe(6);
    expect(dataSource.isInitialized).toBe(true);
    await dataSource.destroy();
    await postgres.stop();
  });

  it.each([
    ['mariadb', startMariadbServer],
    ['mysql', startMysqlServer],
  ] as const)('LC-3 opens and closes connections to %s', async (backend, startServer) => {
    const server = await startServer();
    try {
      const connection = { host: '127.0.0.1', port: server.port, username: 'root', database: 'fsm' };
      expect(await liveTwice({ backend, url: server.url })).toBe(2);
      expect(await liveTwice({ backend, connection })).toBe(4);
    } finally {
      await server.stop();
    }
  });

  it('LC-3 opens and closes connections to a Redis Cluster', async () => {
    const cluster = await RedisCluster.start();
    try {
      expect(await liveTwice({ backend: 'redis', cluster: { nodes: cluster.startupNodes } })).toBe(2);
    } finally {
      await cluster.stop();
    }
  });

  it('LC-3 opens and closes connections to the master that Redis sentinels name', async () => {
    const sentinels = await RedisSentinels.start();
    try {
      expect(await liveTwice({ backend: 'redis', connection: sentinels.connection })).toBe(2);
    } finally {
      await sentinels.stop();
    }
  });

  it('ER-2 reports the problems of a backend that is imported lazily', async () => {
    const options = { backend: 'sqlite', driver: 'sqlite', retryDelay: -1 } as unknown as FsmStorageRootOptions;
    const problems = await createApp(options).catch((error: { problems: string[] }) => error.problems);
    expect(problems).toEqual([
      expect.stringMatching(/^retryDelay:/),
      expect.stringMatching(/^path:/),
      expect.stringMatching(/^driver:/),
    ]);
  });

  it('HL-2 reports no password when Redis cannot be reached, and leaves nothing open', async () => {
    const url = `redis://user:hunter2@127.0.0.1:${await findFreePort()}`;
    const module = await createApp({ backend: 'redis', url, retryAttempts: 0, commandTimeout: 500 });
    const error: unknown = await module.init().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('did not start') });
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      expect(`${cause.message} ${cause.stack}`).not.toContain('hunter2');
    }
  });
});
