import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { getFsmStorageToken } from '../../../src/contract/storage-token.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { InjectFsmStorage } from '../../../src/nest/inject-fsm-storage.decorator.js';
import { RecordedDriver } from './recorded-driver.js';

@Injectable()
class DefaultConsumer {
  constructor(readonly storage: BaseStorage) {}
}

@Injectable()
class OrdersConsumer {
  constructor(@InjectFsmStorage('orders') readonly storage: BaseStorage) {}
}

let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function createApp(...imports: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>) {
  app = await Test.createTestingModule({ imports }).compile();
  return app.init();
}

describe('FsmStorageModule.forRoot', () => {
  it('provides BaseStorage, started, with the options given', async () => {
    const module = await createApp(FsmStorageModule.forRoot({ backend: 'memory', namespace: 'shop' }));
    const storage = module.get(BaseStorage);
    await storage.setState('chat:1', { name: 'cart' });
    expect(storage).toMatchObject({ backend: 'memory', namespace: 'shop' });
    expect(await storage.getState('chat:1')).toEqual({ name: 'cart' });
  });

  it('separates named storages, each with its lifecycle', async () => {
    const [one, two] = [new RecordedDriver(), new RecordedDriver()];
    const module = await createApp(
      FsmStorageModule.forRoot({ backend: 'custom', storage: one }),
      FsmStorageModule.forRoot({ backend: 'custom', storage: two, name: 'sessions' }),
    );
    await module.get(BaseStorage).setState('a', { in: 'default' });
    const sessions = module.get<BaseStorage>(getFsmStorageToken('sessions'));
    expect(await sessions.getState('a')).toBeNull();
    expect([one.openCount, two.openCount]).toEqual([1, 1]);
    await module.close();
    expect([one.openCount, two.openCount]).toEqual([0, 0]);
  });

  it.each(['reference', 'deep-hash'] as const)(
    'ER-2 rejects a name registered twice (module ids by %s), even with equal options',
    async (moduleIdGeneratorAlgorithm) => {
      const twice = [0, 1].map(() => FsmStorageModule.forRoot({ backend: 'memory', name: 'sessions' }));
      const compiled = Test.createTestingModule({ imports: twice }, { moduleIdGeneratorAlgorithm }).compile();
      await expect(compiled).rejects.toThrow('name: the storage "sessions" is registered 2 times');
    },
  );

  it.each(['reference', 'deep-hash'] as const)(
    'does not merge named storages with equal factories (module ids by %s)',
    async (moduleIdGeneratorAlgorithm) => {
      const root = (name: string) =>
        FsmStorageModule.forRootAsync({ name, useFactory: () => ({ backend: 'memory', namespace: name }) });
      const module = await Test.createTestingModule(
        { imports: [root('one'), root('two')] },
        { moduleIdGeneratorAlgorithm },
      ).compile();
      expect(module.get<BaseStorage>(getFsmStorageToken('one')).namespace).toBe('one');
      expect(module.get<BaseStorage>(getFsmStorageToken('two')).namespace).toBe('two');
    },
  );

  it('takes one dynamic module imported in two places as one storage', async () => {
    const driver = new RecordedDriver();
    const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver });
    @Module({ imports: [root], providers: [DefaultConsumer] })
    class OneModule {}
    @Module({ imports: [root], providers: [DefaultConsumer] })
    class OtherModule {}
    await createApp(OneModule, OtherModule);
    expect(driver.callsOf('open')).toBe(1);
  });

  it('is visible only to modules that import it', async () => {
    @Module({ providers: [DefaultConsumer] })
    class ElsewhereModule {}
    await expect(createApp(ElsewhereModule, FsmStorageModule.forRoot({ backend: 'memory' }))).rejects.toThrow(
      "can't resolve dependencies of the DefaultConsumer",
    );
  });

  it('is visible everywhere with isGlobal', async () => {
    @Module({ providers: [DefaultConsumer] })
    class ElsewhereModule {}
    const module = await createApp(ElsewhereModule, FsmStorageModule.forRoot({ backend: 'memory', isGlobal: true }));
    expect(module.get(DefaultConsumer, { strict: false }).storage.backend).toBe('memory');
  });

  it('makes and starts only the replacement when a test overrides BaseStorage', async () => {
    const driver = new RecordedDriver();
    const replacement = new MemoryStorage({ namespace: 'test' });
    @Module({
      imports: [
        FsmStorageModule.forRoot({ backend: 'custom', storage: driver }),
        FsmStorageModule.forFeature('orders'),
      ],
      providers: [DefaultConsumer, OrdersConsumer],
    })
    class AppModule {}
    const builder = Test.createTestingModule({ imports: [AppModule] });
    app = await builder.overrideProvider(BaseStorage).useValue(replacement).compile();
    await app.init();
    expect(app.get(DefaultConsumer).storage).toBe(replacement);
    expect(app.get(OrdersConsumer).storage.namespace).toBe('test.orders');
    expect(await replacement.health()).toBe(true);
    expect(driver.callsOf('open')).toBe(0);
    await app.close();
    expect(await replacement.health()).toBe(false);
  });

  it('accepts a replacement that has only the methods that the test calls', async () => {
    const mock = { getState: () => Promise.resolve({ name: 'mocked' }) };
    @Module({ imports: [FsmStorageModule.forRoot({ backend: 'memory' })], providers: [DefaultConsumer] })
    class AppModule {}
    const builder = Test.createTestingModule({ imports: [AppModule] });
    app = await builder.overrideProvider(BaseStorage).useValue(mock).compile();
    await app.init();
    expect(await app.get(DefaultConsumer).storage.getState('x')).toEqual({ name: 'mocked' });
    await app.close();
  });
});

describe('FsmStorageModule.forFeature', () => {
  it('NS-4 provides a view in the namespace <root>.<feature>, without importing the root', async () => {
    @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [OrdersConsumer] })
    class OrdersModule {}
    const root = FsmStorageModule.forRoot({ backend: 'memory', namespace: 'shop' });
    const module = await createApp(OrdersModule, root);
    const { storage } = module.get(OrdersConsumer, { strict: false });
    await storage.setState('1', { name: 'paid' });
    expect(storage.namespace).toBe('shop.orders');
    expect(await module.get(BaseStorage).getState('1')).toBeNull();
  });

  it('NS-4 takes the view of a named storage', async () => {
    const module = await createApp(
      FsmStorageModule.forFeature('orders', 'sessions'),
      FsmStorageModule.forRoot({ backend: 'memory', namespace: 'login', name: 'sessions' }),
    );
    expect(module.get<BaseStorage>(getFsmStorageToken('sessions.orders')).namespace).toBe('login.orders');
  });

  it('NS-4 keeps features of one name over two storages apart', async () => {
    const module = await createApp(
      FsmStorageModule.forFeature('orders'),
      FsmStorageModule.forFeature('orders', 'sessions'),
      FsmStorageModule.forRoot({ backend: 'memory', namespace: 'shop' }),
      FsmStorageModule.forRoot({ backend: 'memory', namespace: 'login', name: 'sessions' }),
    );
    expect(module.get<BaseStorage>(getFsmStorageToken('orders')).namespace).toBe('shop.orders');
    expect(module.get<BaseStorage>(getFsmStorageToken('sessions.orders')).namespace).toBe('login.orders');
  });

  it('shares identifiers between two modules with the same feature', async () => {
    @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [OrdersConsumer] })
    class OneModule {}
    @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [OrdersConsumer] })
    class OtherModule {}
    const module = await createApp(OneModule, OtherModule, FsmStorageModule.forRoot({ backend: 'memory' }));
    await module.select(OneModule).get(OrdersConsumer).storage.setState('1', { name: 'paid' });
    expect(await module.select(OtherModule).get(OrdersConsumer).storage.getState('1')).toEqual({ name: 'paid' });
  });

  it('says how to add the missing root', async () => {
    await expect(createApp(FsmStorageModule.forFeature('orders'))).rejects.toThrow(
      'the app has not registered the default storage; add FsmStorageModule.forRoot({ … })',
    );
    await expect(createApp(FsmStorageModule.forFeature('orders', 'sessions'))).rejects.toThrow(
      'the app has not registered the storage "sessions"; add FsmStorageModule.forRoot({ …, name: \'sessions\' })',
    );
  });

  it('rejects a feature that has the name of a storage', async () => {
    const named = FsmStorageModule.forRoot({ backend: 'memory', name: 'orders' });
    const root = FsmStorageModule.forRoot({ backend: 'memory' });
    await expect(createApp(root, named, FsmStorageModule.forFeature('orders'))).rejects.toThrow(
      '"orders" is also the name of a storage',
    );
  });

  it('rejects a feature of a named storage whose name is that of another storage', async () => {
    const roots = ['a', 'a.b'].map((name) => FsmStorageModule.forRoot({ backend: 'memory', name, namespace: name }));
    await expect(createApp(...roots, FsmStorageModule.forFeature('b', 'a'))).rejects.toThrow(
      '"a.b" is also the name of a storage',
    );
  });

  it.each([['a b'], [''], ['x'.repeat(65)], [undefined], [7]])('NS-1 rejects the feature %p at once', (feature) => {
    expect(() => FsmStorageModule.forFeature(feature as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  });

  it('NS-1 rejects a feature that makes the namespace too long', async () => {
    const root = FsmStorageModule.forRoot({ backend: 'memory', namespace: 'n'.repeat(60) });
    await expect(createApp(root, FsmStorageModule.forFeature('orders'))).rejects.toThrow('namespace: expected');
  });
});
