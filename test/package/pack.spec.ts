import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { checkDeclarations, compileWithTypes, createApp, install, installByHand } from '../support/package-app.js';
import { linkPackage, type Packed, packInto, refusalOf, runApp } from '../support/package-app.js';
import { ENTRIES, filesBelow, readText } from '../support/package-layout.js';
import { DOCUMENTS } from '../support/package-markdown.js';
import { createFolder, removeFolder, runScript, runWell } from '../support/package-process.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

const INSTALL_TIMEOUT = 300_000;
const NEST = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
const LIFE_OF_AN_APP = ['first visit 1', 'last visit 2', 'NOT_STARTED'];

/** What an app installs for an entry; the package itself needs no more. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  '.': NEST,
  './redis': ['ioredis'],
  './typeorm': ['typeorm'],
  './terminus': [...NEST, '@nestjs/terminus'],
  './throttler': [...NEST, '@nestjs/throttler'],
  './testing': [],
};

let folder = '';
let packed: Packed;

beforeAll(async () => {
  folder = createFolder('pack');
  packed = await packInto(folder);
});

afterAll(() => removeFolder(folder));

describe('the tarball', () => {
  it('holds what is built from src, and four files that describe it', () => {
    const others = packed.files.filter((path) => !path.startsWith('dist/'));
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const built = packed.files.filter((path) => path.endsWith('.js'));
    const sources = filesBelow('src', '.ts')
      .filter((path) => !path.endsWith('.d.ts'))
      .map((path) => path.replace('src/', '').replace(/\.ts$/, '.js'));
    expect(built.sort()).toEqual(sources.flatMap((path) => [`dist/${path}`, `dist/cjs/${path}`]).sort());
  });

  it('holds no map that leads to a file that is not in it', () => {
    const maps = packed.files.filter((path) => path.endsWith('.d.ts.map'));
    expect(maps).toEqual([]);
  });
});

describe('an ES module app with nothing but Nest 12', () => {
  let app = '';
  let redis: RedisServer;
  beforeAll(async () => {
    app = createApp(join(folder, 'nest-12'), 'module');
    await install(app, [packed.tarball, '@nestjs/common@12', '@nestjs/core@12', 'reflect-metadata@0.2', 'rxjs@7']);
    redis = await startRedisServer();
  }, INSTALL_TIMEOUT);
  afterAll(() => redis.stop());

  it('boots with memory and starts and stops the storage around its consumers', async () => {
    expect(await runApp(app, 'boot')).toEqual(LIFE_OF_AN_APP);
  });

  it.each(installLinesOf(DOCUMENTS.map(readText).join('\n')))(
    'can do what the documents say: npm install %s',
    async (packages) => {
      expect(await refusalOf(app, packages.split(' '))).toBeNull();
    },
    INSTALL_TIMEOUT,
  );

  it(
    'gets the install command of Redis, and works after it',
    async () => {
      const options = JSON.stringify({ backend: 'redis', url: redis.url });
      const command = installCommandOf(await runApp(app, 'backend', options));
      expect(command.join(' ')).toMatch(/^ioredis@/);
      await install(app, command);
      expect(await runApp(app, 'backend', options)).toEqual({ state: { name: 'Order:cart' } });
    },
    INSTALL_TIMEOUT,
  );

  it(
    'gets the install command of SQLite, and works after it',
    async () => {
      const options = JSON.stringify({ backend: 'sqlite', path: 'fsm.db' });
      const command = installCommandOf(await runApp(app, 'backend', options));
      expect(command.join(' ')).toMatch(/^typeorm@.* better-sqlite3@/);
      await install(app, command);
      // Building the add-on takes a minute and proves nothing about this package.
      linkPackage(app, 'better-sqlite3');
      expect(await runApp(app, 'backend', options)).toEqual({ state: { name: 'Order:cart' } });
    },
    INSTALL_TIMEOUT,
  );
});

/** What the documents say to install, the package itself left out. */
function installLinesOf(text: string): string[] {
  const lines = [...text.matchAll(/npm install ([^`#\n]+)/g)].map(([, packages = '']) => packages.trim());
  return [...new Set(lines)].filter((packages) => !packages.startsWith('.'));
}

describe('an app with TypeORM and no driver of it', () => {
  it('gets the install command of a SQLite driver', async () => {
    const app = createApp(join(folder, 'no-driver'), 'module');
    await installByHand(app, packed.tarball, [...NEST, 'typeorm']);
    const command = installCommandOf(
      await runApp(app, 'backend', JSON.stringify({ backend: 'sqlite', path: 'fsm.db' })),
    );
    expect(command.join(' ')).toMatch(/ better-sqlite3@/);
  });
});

/** The arguments of the `npm install` that a MissingDependencyError names. */
function installCommandOf(answer: unknown): string[] {
  expect(answer).toMatchObject({ code: 'MISSING_DEPENDENCY' });
  const { message } = answer as { readonly message: string };
  return /Run: npm install (.+)$/.exec(message)?.[1]?.split(' ') ?? [];
}

describe('an app without Nest', () => {
  let app = '';
  beforeAll(async () => {
    app = createApp(join(folder, 'no-nest'), 'module');
    await install(app, [packed.tarball, 'ioredis@5']);
  }, INSTALL_TIMEOUT);

  it('installs the package and ioredis, and no package of Nest', () => {
    const installed = readdirSync(join(app, 'node_modules'));
    expect(installed).toEqual(expect.arrayContaining(['ioredis', 'nestjs-fsm-storage']));
    expect(installed.filter((name) => ['@nestjs', 'rxjs', 'reflect-metadata'].includes(name))).toEqual([]);
  });

  it('runs a program on nestjs-fsm-storage/core', async () => {
    const text = `
      import { MemoryStorage } from 'nestjs-fsm-storage/core';
      const storage = new MemoryStorage();
      await storage.start();
      await storage.setState('chat:42', { name: 'Order:cart' });
      console.log(JSON.stringify(await storage.getState('chat:42')));
      await storage.stop();`;
    expect(await runScript(app, 'core.js', text)).toBe('{"name":"Order:cart"}\n');
  });
});

describe('an app without ioredis', () => {
  it('imports nestjs-fsm-storage/redis, and start() names the missing package', async () => {
    const app = createApp(join(folder, 'no-ioredis'), 'module');
    await installByHand(app, packed.tarball, []);
    const text = `
      import { RedisStorage } from 'nestjs-fsm-storage/redis';
      const storage = new RedisStorage({ url: 'redis://127.0.0.1:6379' });
      await storage.start().catch(({ code, message }) => console.log(code, message));`;
    expect(await runScript(app, 'redis.js', text)).toMatch(/^MISSING_DEPENDENCY .*npm install ioredis@/);
  });
});

describe('an app without @nestjs/terminus', () => {
  it('imports nestjs-fsm-storage/terminus, and fails to start with the name of the missing package', async () => {
    const app = createApp(join(folder, 'no-terminus'), 'module');
    await installByHand(app, packed.tarball, NEST);
    const text = `
      import 'reflect-metadata';
      import { NestFactory } from '@nestjs/core';
      import { FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';
      console.log('imported');
      await NestFactory.createApplicationContext(FsmStorageHealthModule, { logger: false, abortOnError: false })
        .catch(({ code, message }) => console.log(code, message));`;
    expect(await runScript(app, 'terminus.js', text)).toMatch(
      /^imported\nMISSING_DEPENDENCY .*npm install @nestjs\/terminus@/,
    );
  });
});

describe('a CommonJS app', () => {
  it('requires the package and boots', async () => {
    const app = createApp(join(folder, 'commonjs'), 'commonjs');
    await installByHand(app, packed.tarball, NEST);
    expect(await runApp(app, 'boot')).toEqual(LIFE_OF_AN_APP);
  });

  it('gets the same module by require and by import', async () => {
    const text = `
      const { BaseStorage } = require('nestjs-fsm-storage');
      import('nestjs-fsm-storage').then((imported) => console.log(imported.BaseStorage === BaseStorage));`;
    expect(await runScript(join(folder, 'commonjs'), 'same.cjs', text)).toBe('true\n');
  });
});

describe('an app with the peers of one entry only', () => {
  it.each(ENTRIES)('imports $door and sees its types', async ({ door, publicName }) => {
    const app = createApp(join(folder, `entry${door.replaceAll(/\W/g, '-')}`), 'module');
    await installByHand(app, packed.tarball, PEERS[door] ?? []);
    const text = `console.log(Object.keys(await import('${publicName}')).length > 0)`;
    expect(await runScript(app, 'entry.js', text)).toBe('true\n');
    expect(checkDeclarations(app, publicName)).toEqual([]);
  });
});

describe('an app on Nest 11', () => {
  let app = '';
  beforeAll(async () => {
    app = createApp(join(folder, 'nest-11'), 'commonjs');
    const nest = ['@nestjs/common@11', '@nestjs/core@11', '@nestjs/terminus@11', 'reflect-metadata@0.2', 'rxjs@7'];
    await install(app, [packed.tarball, ...nest]);
  }, INSTALL_TIMEOUT);

  it('boots, as CommonJS as Nest 11 apps are', async () => {
    expect(await runApp(app, 'boot')).toEqual(LIFE_OF_AN_APP);
  });

  it.each([
    { name: 'node10', module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
    { name: 'node16', module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  ])('compiles with tsc and moduleResolution $name, and runs', async ({ name, ...options }) => {
    const text = `
      import 'reflect-metadata';
      import { Injectable, Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { BaseStorage, FsmStorageModule } from 'nestjs-fsm-storage';
      import { MemoryStorage } from 'nestjs-fsm-storage/core';
      import { RedisStorage } from 'nestjs-fsm-storage/redis';
      import { FsmStorageHealthModule } from 'nestjs-fsm-storage/terminus';
      import { FakeClock } from 'nestjs-fsm-storage/testing';
      import { SqliteStorage } from 'nestjs-fsm-storage/typeorm';
      const storages: BaseStorage[] = [
        new MemoryStorage({ clock: new FakeClock() }),
        new RedisStorage({ url: 'redis://127.0.0.1' }),
        new SqliteStorage({ path: 'fsm.db' }),
      ];
      @Injectable()
      class Visits {
        constructor(readonly storage: BaseStorage) {}
      }
      @Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory' }), FsmStorageHealthModule], providers: [Visits] })
      class AppModule {}
      async function main(): Promise<void> {
        const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
        const visits: number = await app.get(Visits).storage.increment('visits');
        console.log(JSON.stringify([visits, storages.every((storage) => storage instanceof BaseStorage)]));
        await app.close();
      }
      void main();`;
    // TypeScript 6 warns about node10, which many apps still use.
    const reported = compileWithTypes(app, `${name}.ts`, text, { ...options, ignoreDeprecations: '6.0' });
    expect(reported).toEqual([]);
    expect(JSON.parse(await runWell(process.execPath, [`${name}.js`], { cwd: app }))).toEqual([1, true]);
  });

  it('has a health indicator that reports its state', async () => {
    expect(await runApp(app, 'health')).toMatchObject({
      status: 'ok',
      details: { 'fsm-storage': { status: 'up', backend: 'memory', namespace: 'fsm' } },
    });
  });
});
