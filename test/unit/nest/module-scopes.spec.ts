import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader, NestFactory, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import type { FsmStorageModuleOptions } from '../../../src/nest/module-options.js';
import { RecordedDriver } from './recorded-driver.js';

@Injectable()
class Consumer {
  constructor(@Inject(BaseStorage) readonly storage: BaseStorage) {}
}

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  readonly namespace = 'tenant';
}

@Module({})
class EmptyModule {}

const createContext = (options: { preview?: boolean } = {}, root = EmptyModule) => {
  return NestFactory.createApplicationContext(root, { logger: false, ...options });
};

describe('a lazily loaded module', () => {
  it.each([true, false])(
    'LC-3 starts its storage when it is loaded and stops it with the app; isGlobal: %p',
    async (isGlobal) => {
      const driver = new RecordedDriver();
      @Module({
        imports: [FsmStorageModule.forRoot({ backend: 'custom', storage: driver, isGlobal })],
        providers: [Consumer],
      })
      class OrdersModule {}
      const app = await createContext();
      const { storage } = (await app.get(LazyModuleLoader).load(() => OrdersModule)).get(Consumer);
      await storage.setState('1', { name: 'paid' });
      expect(await storage.getState('1')).toEqual({ name: 'paid' });
      await app.close();
      expect([driver.callsOf('open'), driver.openCount]).toEqual([1, 0]);
    },
  );

  it('LC-3 that is loaded before the app is initialised starts its storage once', async () => {
    const driver = new RecordedDriver();
    const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver });
    const app = await Test.createTestingModule({ imports: [EmptyModule] }).compile();
    await app.get(LazyModuleLoader).load(() => root);
    await app.init();
    await app.close();
    expect([driver.callsOf('open'), driver.openCount]).toEqual([1, 0]);
  });

  it('LC-3 gets a view of a storage that the app has started', async () => {
    @Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory', isGlobal: true })] })
    class AppModule {}
    const app = await createContext({}, AppModule);
    @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [Consumer] })
    class OrdersModule {}
    const { storage } = (await app.get(LazyModuleLoader).load(() => OrdersModule)).get(Consumer);
    expect(await storage.getState('1')).toBeNull();
    await app.close();
  });

  it('reports a failed start to the caller of load()', async () => {
    const driver = new RecordedDriver();
    driver.down();
    const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver, retryAttempts: 0 });
    const app = await createContext();
    await expect(app.get(LazyModuleLoader).load(() => root)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await app.close();
    expect(driver.openCount).toBe(0);
  });
});

describe('a request-scoped registration', () => {
  const create = (): FsmStorageModuleOptions => ({ backend: 'memory' });

  it.each([
    ['the request', { inject: [REQUEST], useFactory: create }],
    ['a provider of the request', { inject: [Tenant], extraProviders: [Tenant], useFactory: create }],
  ])('is rejected when its options depend on %s, and the error shows the way for tenants', async (_name, options) => {
    const app = await Test.createTestingModule({ imports: [FsmStorageModule.forRootAsync(options)] }).compile();
    await expect(app.init()).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringMatching(/request-scoped provider.*forFeature\(\).*withNamespace\(tenant\)/),
    });
    await app.close();
  });
});

describe('an app that does not run', () => {
  it('opens nothing in preview mode', async () => {
    const driver = new RecordedDriver();
    @Module({ imports: [FsmStorageModule.forRoot({ backend: 'custom', storage: driver })], providers: [Consumer] })
    class AppModule {}
    const app = await createContext({ preview: true }, AppModule);
    await app.close();
    expect(driver.callsOf('open')).toBe(0);
  });

  it('ends when it is closed without waiting for init', async () => {
    const driver = new RecordedDriver();
    const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver });
    const app = await Test.createTestingModule({ imports: [root] }).compile();
    const initialised = app.init();
    await app.close();
    await initialised;
    expect(driver.openCount).toBe(0);
  });
});

describe('mistakes in a module', () => {
  it('rejects the bare class in imports', async () => {
    await expect(Test.createTestingModule({ imports: [FsmStorageModule] }).compile()).rejects.toThrow(
      'got the class FsmStorageModule, which provides no storage',
    );
  });

  it('LC-2 says who starts a storage that a test provides itself', async () => {
    const provider = { provide: BaseStorage, useValue: new MemoryStorage() };
    const app = await Test.createTestingModule({ providers: [provider, Consumer] }).compile();
    await app.init();
    await expect(app.get(Consumer).storage.getState('1')).rejects.toMatchObject({
      code: 'NOT_STARTED',
      message: expect.stringMatching(/with useValue in a test, is not started: .*forRoot\(\{ backend: 'memory' \}\)/),
    });
    await app.close();
  });
});
