import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp, install, linkPackage, packInto, runApp } from '../support/package-app.js';
import { MANIFEST } from '../support/package-layout.js';
import { createFolder, removeFolder } from '../support/package-process.js';
import { type MysqlServer, startMariadbServer } from '../support/mysql-server.js';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

const TIMEOUT = 300_000;

/** The lowest version that package.json accepts. */
function oldest(name: string): string {
  const ranges = (MANIFEST.peerDependencies[name] ?? '').split(' || ');
  const versions = ranges.map((range) => range.replace('^', ''));
  return `${name}@${versions.sort((left, right) => parseInt(left) - parseInt(right))[0]}`;
}

const DRIVERS = ['better-sqlite3', 'sqlite3', 'pg', 'mysql2', 'ioredis'];
const NEST_11 = ['@nestjs/common@11', '@nestjs/core@11'];

let folder = '';
let app = '';
let tarball = '';
let redis: RedisServer;
let postgres: PostgresServer;
let mariadb: MysqlServer;

beforeAll(async () => {
  folder = createFolder('oldest-peers');
  app = createApp(join(folder, 'app'), 'commonjs');
  ({ tarball } = await packInto(folder));
  [redis, postgres, mariadb] = await Promise.all([startRedisServer(), startPostgresServer(), startMariadbServer()]);
}, TIMEOUT);

afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop(), mariadb.stop()]);
  removeFolder(folder);
});

describe('an app with the oldest packages that package.json accepts', () => {
  it(
    'installs this package next to them',
    async () => {
      const others = ['typeorm', 'reflect-metadata', 'rxjs', ...DRIVERS].map(oldest);
      await install(app, [...others, ...NEST_11, tarball]);
    },
    TIMEOUT,
  );

  it('stores states and counters on every server', async () => {
    const backends = {
      RedisStorage: { url: redis.url },
      PostgresStorage: { url: postgres.url },
      MariadbStorage: { url: mariadb.url },
    };
    const everything = {
      swapped: true,
      lost: false,
      total: 20,
      read: [{ name: 'Order:paid' }, null],
      keys: ['chat'],
      isHealthy: true,
      removed: [true, false],
    };
    const expected = Object.fromEntries(Object.keys(backends).map((name) => [name, everything]));
    expect(await runApp(app, 'oldest-peers', JSON.stringify(backends))).toEqual(expected);
  });

  it('reports the version and the range of a package that is too old or too new', async () => {
    for (const [name, version] of [
      ['ioredis', '4.28.5'],
      ['typeorm', '2.0.0'],
    ] as const)
      setVersion(name, version);
    linkPackage(app, 'better-sqlite3');
    const backends = { RedisStorage: { url: redis.url }, SqliteStorage: { path: join(folder, 'fsm.db') } };
    expect(await runApp(app, 'oldest-peers', JSON.stringify(backends))).toEqual({
      RedisStorage: {
        code: 'MISSING_DEPENDENCY',
        message:
          'backend "redis" needs ioredis ^5.0.4 || ^6.0.0, but 4.28.5 is installed. Run: npm install ioredis@^5.0.4',
      },
      SqliteStorage: {
        code: 'MISSING_DEPENDENCY',
        message:
          'backend "sqlite" needs typeorm ^0.3.28 || ^1.0.0, but 2.0.0 is installed. Run: npm install typeorm@^0.3.28',
      },
    });
  });
});

/** Rewrites the version of an installed package, because installing another one takes long and proves no more. */
function setVersion(name: string, version: string): void {
  const path = join(app, 'node_modules', name, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...manifest, version }));
}
