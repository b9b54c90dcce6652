import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { getFsmStorageToken } from '../../../src/contract/storage-token.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { RecordedDriver } from './recorded-driver.js';

const EVERY_HOOK = [
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
];

/** Uses the storage in every hook and keeps count of the successes. */
@Injectable()
class Consumer
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly succeeded: string[] = [];

  constructor(@Inject(BaseStorage) private readonly storage: BaseStorage) {}

  onModuleInit = (): Promise<void> => this.#use('onModuleInit');
  onApplicationBootstrap = (): Promise<void> => this.#use('onApplicationBootstrap');
  onModuleDestroy = (): Promise<void> => this.#use('onModuleDestroy');
  beforeApplicationShutdown = (): Promise<void> => this.#use('beforeApplicationShutdown');
  onApplicationShutdown = (): Promise<void> => this.#use('onApplicationShutdown');

  async #use(hook: string): Promise<void> {
    await this.storage.setState(hook, { name: hook });
    this.succeeded.push(hook);
  }
}

@Injectable()
class FeatureConsumer extends Consumer {
  constructor(@Inject(getFsmStorageToken('orders')) storage: BaseStorage) {
    super(storage);
  }
}

/** Runs an app from creation to close and returns the calls of its consumer that succeeded. */
async function live(imports: (Type | DynamicModule)[], consumer: Type<Consumer> = Consumer): Promise<string[]> {
  const app = await Test.createTestingModule({ imports }).compile();
  const { succeeded } = app.get(consumer, { strict: false });
  await app.init();
  await app.close();
  return succeeded;
}

function createRoot(extras: { isGlobal?: boolean } = {}): { driver: RecordedDriver; root: DynamicModule } {
  const driver = new RecordedDriver();
  return { driver, root: FsmStorageModule.forRoot({ backend: 'custom', storage: driver, ...extras }) };
}

describe('LC-3 the storage lives longer than its consumers', () => {
  it('in the module that imports forRoot itself', async () => {
    const { driver, root } = createRoot();
    @Module({ imports: [root], providers: [Consumer] })
    class AppModule {}
    expect(await live([AppModule])).toEqual(EVERY_HOOK);
    expect(driver.openCount).toBe(0);
  });

  it('in a module deeper than the root, by re-export', async () => {
    const { driver, root } = createRoot();
    @Module({ imports: [root], exports: [FsmStorageModule] })
    class SharedModule {}
    @Module({ imports: [SharedModule], providers: [Consumer] })
    class DeepModule {}
    @Module({ imports: [DeepModule] })
    class AppModule {}
    expect(await live([AppModule])).toEqual(EVERY_HOOK);
    expect(driver.openCount).toBe(0);
  });

  it('with isGlobal, imported after the consumer', async () => {
    const { driver, root } = createRoot({ isGlobal: true });
    @Module({ providers: [Consumer] })
    class FirstModule {}
    expect(await live([FirstModule, root])).toEqual(EVERY_HOOK);
    expect(driver.openCount).toBe(0);
  });

  it('with isGlobal, for a consumer that is global too and imported first', async () => {
    const { driver, root } = createRoot({ isGlobal: true });
    @Global()
    @Module({ providers: [Consumer] })
    class FirstModule {}
    expect(await live([FirstModule, root])).toEqual(EVERY_HOOK);
    expect(driver.openCount).toBe(0);
  });

  it('with several storages, for a global consumer imported between them', async () => {
    const { root } = createRoot({ isGlobal: true });
    const named = FsmStorageModule.forRoot({ backend: 'memory', name: 'sessions' });
    @Global()
    @Module({ providers: [Consumer] })
    class MiddleModule {}
    expect(await live([named, MiddleModule, root])).toEqual(EVERY_HOOK);
  });

  it('by forFeature, without importing the root', async () => {
    const { driver, root } = createRoot();
    @Module({ imports: [FsmStorageModule.forFeature('orders')], providers: [FeatureConsumer] })
    class OrdersModule {}
    expect(await live([OrdersModule, root], FeatureConsumer)).toEqual(EVERY_HOOK);
    expect(driver.openCount).toBe(0);
  });
});

describe('LC-3 an app that fails', () => {
  @Injectable()
  class Broken {
    constructor() {
      throw new Error('broken constructor');
    }
  }

  @Injectable()
  class BrokenInit implements OnModuleInit {
    onModuleInit(): void {
      throw new Error('broken init');
    }
  }

  it('leaves nothing open when compile() fails: until init nothing is opened', async () => {
    const { driver, root } = createRoot();
    await expect(Test.createTestingModule({ imports: [root], providers: [Broken] }).compile()).rejects.toThrow(
      'broken',
    );
    expect(driver.callsOf('open')).toBe(0);
  });

  it('closes with app.close() when another module fails to initialise', async () => {
    const { driver, root } = createRoot();
    const module = await Test.createTestingModule({ imports: [root], providers: [BrokenInit] }).compile();
    const app = module.createNestApplication();
    await expect(app.init()).rejects.toThrow('broken init');
    expect(driver.openCount).toBe(1);
    await app.close();
    expect(driver.openCount).toBe(0);
  });

  it('closes the started storages when another one cannot start', async () => {
    const { driver, root } = createRoot();
    const broken = new RecordedDriver();
    broken.down();
    const named = FsmStorageModule.forRoot({ backend: 'custom', storage: broken, name: 'other', retryAttempts: 0 });
    const app = await Test.createTestingModule({ imports: [root, named] }).compile();
    await expect(app.init()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(driver.callsOf('open')).toBe(1);
    expect([driver.openCount, broken.openCount]).toEqual([0, 0]);
  });

  it('LC-2 says that init is missing when it is used after compile() alone', async () => {
    const { root } = createRoot();
    const app = await Test.createTestingModule({ imports: [root] }).compile();
    await expect(app.get(BaseStorage).getState('a')).rejects.toMatchObject({
      code: 'NOT_STARTED',
      message: expect.stringContaining('app.init()'),
    });
    await app.close();
  });
});
