import type { ConfigurableModuleAsyncOptions, Provider, Type } from '@nestjs/common';
import type { BaseStorage } from '../contract/base-storage.js';
import type { StateDocument } from '../contract/state-document.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import type { CommonModuleOptions } from './common-module-options.js';
import type { RedisModuleOptions } from './redis-module-options.js';
import type {
  MariadbModuleOptions,
  MysqlModuleOptions,
  PostgresModuleOptions,
  SqliteModuleOptions,
  TypeOrmModuleOptions,
} from './sql-module-options.js';

/** Keeps states in the memory of this process, see {@link MemoryStorage}. */
export interface MemoryModuleOptions extends CommonModuleOptions {
  readonly backend: 'memory';
}

/**
 * A storage or driver that the app implements, as an instance or a class. Nest instantiates a class and injects
 * `extraProviders` and providers of `imports`.
 */
export type CustomStorage<Encoded> =
  BaseStorage | StorageDriver<Encoded> | Type<BaseStorage> | Type<StorageDriver<Encoded>>;

/**
 * Keeps states in a storage or driver of the app. The common options apply to a driver; a `BaseStorage` gets its options
 * in its constructor.
 */
export interface CustomModuleOptions extends CommonModuleOptions {
  readonly backend: 'custom';
  readonly storage: CustomStorage<string> | CustomStorage<StateDocument>;
}

/** The options of `FsmStorageModule`; `backend` selects the variant. */
export type FsmStorageModuleOptions =
  | MemoryModuleOptions
  | SqliteModuleOptions
  | RedisModuleOptions
  | PostgresModuleOptions
  | MysqlModuleOptions
  | MariadbModuleOptions
  | TypeOrmModuleOptions
  | CustomModuleOptions;

/** The name of a backend, as `backend` takes it. */
export type BackendName = FsmStorageModuleOptions['backend'];

/** Options for Nest: given with the others in `forRoot`, next to `useFactory` in `forRootAsync`. */
export interface FsmStorageModuleExtras {
  /**
   * Distinguishes several storages of one app: inject this one with `@InjectFsmStorage(name)`.
   * @defaultValue none: the default storage, injected by the class `BaseStorage`
   */
  name?: string | undefined;
  /**
   * Whether modules that do not import this one may inject the storage.
   * @defaultValue false
   */
  isGlobal?: boolean | undefined;
  /**
   * Providers that the options factory or a custom storage class injects.
   * @defaultValue none
   */
  extraProviders?: Provider[] | undefined;
}

/** The interface of a class given as `useClass` or `useExisting`. */
export interface FsmStorageOptionsFactory {
  createFsmStorageOptions(): FsmStorageModuleOptions | Promise<FsmStorageModuleOptions>;
}

/** The argument of `FsmStorageModule.forRoot`. */
export type FsmStorageRootOptions = FsmStorageModuleOptions & FsmStorageModuleExtras;

/** The argument of `FsmStorageModule.forRootAsync`. */
export type FsmStorageRootAsyncOptions = ConfigurableModuleAsyncOptions<
  FsmStorageModuleOptions,
  'createFsmStorageOptions'
> &
  FsmStorageModuleExtras;
