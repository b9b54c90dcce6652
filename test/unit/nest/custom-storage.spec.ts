import { Inject, Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { RecordedDriver } from './recorded-driver.js';

@Injectable()
class Settings {
  readonly namespace: string = 'from-settings';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class AppStorage extends MemoryStorage {
  constructor(@Inject(Settings) settings: Settings) {
    super({ namespace: settings.namespace });
  }
}

@Injectable()
class AppDriver extends RecordedDriver {
  @Inject(Settings) readonly settings: Settings | undefined;

  override get backend(): string {
    return `app ${this.settings?.namespace}`;
  }
}

let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function createApp(root: ReturnType<typeof FsmStorageModule.forRoot>): Promise<BaseStorage> {
  app = await Test.createTestingModule({ imports: [root] }).compile();
  await app.init();
  return app.get(BaseStorage);
}

describe("backend 'custom'", () => {
  it('takes a ready storage as it is', async () => {
    const storage = new MemoryStorage();
    expect(await createApp(FsmStorageModule.forRoot({ backend: 'custom', storage }))).toBe(storage);
  });

  it('wraps a driver, with the common options', async () => {
    const storage = new RecordedDriver();
    const wrapped = await createApp(FsmStorageModule.forRoot({ backend: 'custom', storage, namespace: 'shop' }));
    expect(wrapped).toMatchObject({ backend: 'memory', namespace: 'shop' });
    expect(await wrapped.increment('visits')).toBe(1);
  });

  it('makes a storage class through DI, with extraProviders', async () => {
    const root = FsmStorageModule.forRoot({ backend: 'custom', storage: AppStorage, extraProviders: [Settings] });
    const storage = await createApp(root);
    expect(storage).toBeInstanceOf(AppStorage);
    expect(storage.namespace).toBe('from-settings');
  });

  it('makes a driver class through DI, with imports', async () => {
    const root = FsmStorageModule.forRootAsync({
      imports: [SettingsModule],
      useFactory: () => ({ backend: 'custom', storage: AppDriver, namespace: 'shop' }),
    });
    expect(await createApp(root)).toMatchObject({ backend: 'app from-settings', namespace: 'shop' });
  });
});
