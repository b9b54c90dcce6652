// The package for Nest apps: everything of `./core`, and the module. Imports Nest, but no backend's package.
export * from './core.js';

export { FsmStorageModule } from './nest/fsm-storage.module.js';
export { FsmStorageExceptionFilter } from './nest/fsm-storage.exception-filter.js';
export { InjectFsmStorage } from './nest/inject-fsm-storage.decorator.js';
export type { CommonModuleOptions, StartRetryOptions } from './nest/common-module-options.js';
export type {
  BackendName,
  CustomModuleOptions,
  CustomStorage,
  FsmStorageModuleExtras,
  FsmStorageModuleOptions,
  FsmStorageOptionsFactory,
  FsmStorageRootAsyncOptions,
  FsmStorageRootOptions,
  MemoryModuleOptions,
  RuntimeModuleOptions,
} from './nest/module-options.js';
export type {
  RedisClusterConnectionSettings,
  RedisConnectionSettings,
  RedisModuleOptions,
} from './nest/redis-module-options.js';
export type {
  MariadbModuleOptions,
  MysqlModuleOptions,
  PostgresModuleOptions,
  ServerConnectionSettings,
  SqliteModuleOptions,
  TypeOrmModuleOptions,
} from './nest/sql-module-options.js';
