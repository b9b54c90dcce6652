import { Inject, Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import { getFsmStorageToken } from '../../../src/contract/storage-token.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import type {
  FsmStorageModuleOptions,
  FsmStorageOptionsFactory,
  FsmStorageRootAsyncOptions,
} from '../../../src/nest/module-options.js';

@Injectable()
class Settings {
  readonly namespace = 'from-settings';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class OptionsFactory implements FsmStorageOptionsFactory {
  constructor(@Inject(Settings) private readonly settings: Settings) {}

  createFsmStorageOptions(): FsmStorageModuleOptions {
    return { backend: 'memory', namespace: this.settings.namespace };
  }
}

@Module({ imports: [SettingsModule], providers: [OptionsFactory], exports: [OptionsFactory] })
class FactoryModule {}

let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function createApp(options: FsmStorageRootAsyncOptions): Promise<TestingModule> {
  app = await Test.createTestingModule({ imports: [FsmStorageModule.forRootAsync(options)] }).compile();
  return app.init();
}

const inMemory = async (settings: Settings): Promise<FsmStorageModuleOptions> => {
  return { backend: 'memory', namespace: settings.namespace };
};

describe('FsmStorageModule.forRootAsync', () => {
  const ways: [string, FsmStorageRootAsyncOptions][] = [
    ['useFactory with imports', { imports: [SettingsModule], inject: [Settings], useFactory: inMemory }],
    ['useFactory with extraProviders', { extraProviders: [Settings], inject: [Settings], useFactory: inMemory }],
    ['useClass', { imports: [SettingsModule], useClass: OptionsFactory }],
    ['useExisting', { imports: [FactoryModule], useExisting: OptionsFactory }],
  ];

  it.each(ways)('takes its options by %s', async (_way, options) => {
    const module = await createApp(options);
    expect(module.get(BaseStorage).namespace).toBe('from-settings');
    expect(await module.get(BaseStorage).health()).toBe(true);
  });

  it('takes the name next to the factory', async () => {
    const module = await createApp({ name: 'sessions', useFactory: () => ({ backend: 'memory' }) });
    expect(module.get<BaseStorage>(getFsmStorageToken('sessions')).backend).toBe('memory');
    expect(() => module.get(BaseStorage)).toThrow();
  });

  it('ER-2 reports a name that the factory returns as misplaced', async () => {
    const useFactory = (): FsmStorageModuleOptions => ({ backend: 'memory', ...{ name: 'sessions', isGlobal: true } });
    await expect(createApp({ useFactory })).rejects.toMatchObject({
      problems: [expect.stringMatching(/^name: belongs next to/), expect.stringMatching(/^isGlobal: belongs next to/)],
    });
  });

  it('ER-2 rejects no factory, two factories and no options', () => {
    const register = (options: unknown) => () => FsmStorageModule.forRootAsync(options as FsmStorageRootAsyncOptions);
    expect(register({})).toThrow('expected exactly one of them, got 0');
    expect(register({ useFactory: inMemory, useClass: OptionsFactory })).toThrow('got 2');
    expect(register(undefined)).toThrow('options: expected an object');
    expect(register({ useFactory: 1 })).toThrow('useFactory: expected a function, got number');
    expect(register({ useClass: {} })).toThrow('useClass: expected a class, got object');
  });

  it('ER-2 rejects a factory that returns nothing, with one line that says so', async () => {
    const useFactory = (() => undefined) as unknown as () => FsmStorageModuleOptions;
    await expect(createApp({ useFactory })).rejects.toThrow(
      "useFactory: expected it to return an object such as { backend: 'memory' }, got undefined",
    );
  });

  it('ER-2 rejects a class whose method returns nothing', async () => {
    class Silent {
      createFsmStorageOptions(): void {}
    }
    await expect(createApp({ useClass: Silent as unknown as typeof OptionsFactory })).rejects.toThrow(
      'createFsmStorageOptions() of useClass: expected it to return an object',
    );
  });

  it.each(['useClass', 'useExisting'] as const)('ER-2 rejects a class without the method, given as %s', async (way) => {
    const Wrong = Settings as unknown as typeof OptionsFactory;
    const options = { [way]: Wrong, extraProviders: [Wrong] } as FsmStorageRootAsyncOptions;
    await expect(createApp(options)).rejects.toThrow(
      `${way}: expected a class with a method createFsmStorageOptions(), got an instance of Settings without it`,
    );
  });
});
