import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { createApp, installByHand, packInto } from '../support/package-app.js';
import { MANIFEST } from '../support/package-layout.js';
import { createFolder, removeFolder, runScript } from '../support/package-process.js';

const NEST = ['@nestjs/common', '@nestjs/core', '@nestjs/terminus', 'reflect-metadata', 'rxjs'];

/** Loads both builds into one process, as a bundler or a test runner does that sees `require` in one file and `import` in another. */
const LOAD_BOTH = `
  require('reflect-metadata');
  const { pathToFileURL } = require('node:url');
  const path = (file) => require('node:path').join(__dirname, 'node_modules/${MANIFEST.name}/dist', file);
  const load = async (file) => [await import(pathToFileURL(path(file))), require(path('cjs/' + file))];
  const print = (value) => console.log(JSON.stringify(value));
`;

let folder = '';
let app = '';

beforeAll(async () => {
  folder = createFolder('copies');
  const { tarball } = await packInto(folder);
  app = createApp(join(folder, 'app'), 'commonjs');
  await installByHand(app, tarball, NEST);
});

afterAll(() => removeFolder(folder));

/** Runs a program in which `load` imports and requires one file of the package; returns what it prints. */
async function runWithBoth(program: string): Promise<unknown> {
  return JSON.parse(await runScript(app, 'both.cjs', `${LOAD_BOTH}(async () => {${program}})();`));
}

describe('a process with both builds of the package', () => {
  it('has one class for each name that apps inject or compare with instanceof', async () => {
    const program = `
      const files = ['index.js', 'core.js', 'terminus/index.js', 'backends/redis/index.js', 'backends/typeorm/index.js'];
      const different = new Set();
      for (const file of files) {
        const [imported, required] = await load(file);
        for (const name of Object.keys(required)) {
          const isClass = typeof required[name] === 'function' && /^(class|let .* = class)/.test(String(required[name]));
          if (isClass && required[name] !== imported[name]) different.add(name);
        }
      }
      print([...different].sort());`;
    // TypeORM compares migrations by their names; a driver is recognized by its methods.
    expect(await runWithBoth(program)).toEqual([
      'CreateFsmTables1763900000000',
      'CreateFsmTablesMysql1764300000001',
      'CreateFsmTablesPostgres1764300000000',
      'MemoryDriver',
      'RedisDriver',
    ]);
  });

  it('injects the storage of one build into a class that uses the token of the other', async () => {
    const program = `
      const { Injectable, Module } = require('@nestjs/common');
      const { NestFactory } = require('@nestjs/core');
      const [imported, required] = await load('index.js');
      class Visits { constructor(storage) { this.storage = storage; } }
      Reflect.defineMetadata('design:paramtypes', [required.BaseStorage], Visits);
      Injectable()(Visits);
      class AppModule {}
      const { FsmStorageModule } = imported;
      const imports = [FsmStorageModule.forRoot({ backend: 'memory' }), required.FsmStorageModule.forFeature('orders')];
      Module({ imports, providers: [Visits] })(AppModule);
      const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
      const { storage } = app.get(Visits);
      const feature = app.get(imported.getFsmStorageToken('orders'), { strict: false });
      const seen = [await storage.increment('visits'), await feature.increment('visits'), feature.namespace];
      seen.push(storage instanceof required.BaseStorage, storage instanceof required.FsmStorage);
      await app.close();
      const error = await storage.getState('x').catch((error) => error);
      seen.push(error instanceof required.StorageNotStartedError, required.isFsmStorageError(error), error.name);
      print(seen);`;
    expect(await runWithBoth(program)).toEqual([1, 1, 'fsm.orders', true, true, true, true, 'StorageNotStartedError']);
  });

  it('takes a storage, a driver, a layer and a clock of one build in a module of the other', async () => {
    const program = `
      const { NestFactory } = require('@nestjs/core');
      const [imported, required] = await load('index.js');
      const [{ FakeClock, FaultyDriver }] = await load('testing/index.js');
      const clock = new FakeClock();
      const faulty = new FaultyDriver(new imported.MemoryDriver());
      const layers = [imported.circuitBreaker({ failures: 1 })];
      const seen = [];
      for (const options of [{ storage: new imported.MemoryStorage({ clock }) }, { storage: faulty, layers, clock }]) {
        const module = required.FsmStorageModule.forRoot({ backend: 'custom', ...options });
        const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
        const storage = app.get(imported.BaseStorage);
        await storage.setState('chat', { name: 'Order:cart' }, { ttl: 10 });
        clock.advance(10_000);
        seen.push(await storage.getState('chat'));
        await app.close();
      }
      print(seen);`;
    expect(await runWithBoth(program)).toEqual([null, null]);
  });

  it('reports a name that a module of each build registers', async () => {
    const program = `
      const { Module } = require('@nestjs/common');
      const { NestFactory } = require('@nestjs/core');
      const both = await load('index.js');
      class AppModule {}
      Module({ imports: both.map(({ FsmStorageModule }) => FsmStorageModule.forRoot({ backend: 'memory' })) })(AppModule);
      const start = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
      print(await start.then(() => 'started', ({ message }) => message));`;
    expect(await runWithBoth(program)).toMatch(/the default storage is registered 2 times/);
  });
});
