// Options that apps read when they run. Compiled, never run; each line after a `@ts-expect-error` must not compile.
import { FsmStorageModule } from '../../../../src/nest/fsm-storage.module.js';
import type { FsmStorageModuleOptions, FsmStorageOptionsFactory } from '../../../../src/nest/module-options.js';

/** The signature of `ConfigService.get` of `@nestjs/config`. */
declare class FakeConfigService {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as it is declared there
  get<T = any>(name: string): T | undefined;
}

declare const config: FakeConfigService;
declare const backend: 'memory' | 'redis';

const typed: FsmStorageModuleOptions = { backend: 'redis', url: config.get<string>('REDIS_URL') };

class OptionsFactory implements FsmStorageOptionsFactory {
  createFsmStorageOptions() {
    return { backend: config.get<string>('BACKEND'), url: config.get<string>('REDIS_URL') };
  }
}

export const accepted = [
  FsmStorageModule.forRoot(typed),
  FsmStorageModule.forRoot({ backend: 'redis', url: process.env['REDIS_URL'] }),
  FsmStorageModule.forRoot({ backend: 'sqlite', path: process.env['FSM_FILE'] }),
  FsmStorageModule.forRoot({ backend: 'postgres', url: config.get<string>('DATABASE_URL') }),
  FsmStorageModule.forRoot({ backend: config.get('BACKEND'), url: config.get('REDIS_URL') }),
  FsmStorageModule.forRoot({ backend: config.get<string>('BACKEND'), url: config.get<string>('REDIS_URL') }),
  FsmStorageModule.forRoot({ backend: process.env['BACKEND'] ?? 'memory', path: process.env['FSM_FILE'] }),
  FsmStorageModule.forRoot({ backend, url: config.get<string>('REDIS_URL'), name: 'sessions', isGlobal: true }),
  FsmStorageModule.forRootAsync({ useFactory: () => typed }),
  FsmStorageModule.forRootAsync({ useClass: OptionsFactory }),
  FsmStorageModule.forRootAsync({
    inject: [FakeConfigService],
    useFactory: (service: FakeConfigService) => ({ backend: 'redis', url: service.get<string>('REDIS_URL') }),
  }),
  FsmStorageModule.forRootAsync({
    inject: [FakeConfigService],
    isGlobal: true,
    useFactory: async (service: FakeConfigService) => ({
      backend: service.get<'memory' | 'redis'>('BACKEND'),
      url: service.get<string>('REDIS_URL'),
    }),
  }),
  FsmStorageModule.forRootAsync({
    useFactory: () => (backend === 'memory' ? { backend: 'memory' } : { backend: 'sqlite', path: 'fsm.db' }),
  }),
];

export const rejected = [
  // @ts-expect-error no address
  FsmStorageModule.forRoot({ backend: 'redis' }),
  // @ts-expect-error an option of another backend
  FsmStorageModule.forRoot({ backend: 'redis', url: 'redis://127.0.0.1', path: 'fsm.db' }),
  // @ts-expect-error a spelling mistake
  FsmStorageModule.forRoot({ backend: 'memory', namespce: 'shop' }),
  // @ts-expect-error no such backend
  FsmStorageModule.forRoot({ backend: 'mongo' }),
  // @ts-expect-error a spelling mistake, whatever the backend
  FsmStorageModule.forRoot({ backend, urll: 'redis://127.0.0.1' }),
  // @ts-expect-error a number, whatever the backend
  FsmStorageModule.forRoot({ backend, url: 6379 }),
  // @ts-expect-error no address
  FsmStorageModule.forRootAsync({ useFactory: () => ({ backend: 'redis' }) }),
  // @ts-expect-error nothing returned
  FsmStorageModule.forRootAsync({ useFactory: () => {} }),
];
