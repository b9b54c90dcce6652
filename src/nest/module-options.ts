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

/** Keeps states in this process; they end with it. */
export interface MemoryModuleOptions extends CommonModuleOptions {
  readonly backend: 'memory';
}

/** A storage or driver of the app's own. A class is made by Nest, so it may inject what `extraProviders` and `imports` hold. */
export type CustomStorage<Encoded> =
  BaseStorage | StorageDriver<Encoded> | Type<BaseStorage> | Type<StorageDriver<Encoded>>;

/**
 * Keeps states wherever `storage` does. The common options go with a driver; a ready `BaseStorage` has taken its own
 * in its constructor.
 */
export interface CustomModuleOptions extends CommonModuleOptions {
  readonly backend: 'custom';
  readonly storage: CustomStorage<string> | CustomStorage<StateDocument>;
}

/** What `FsmStorageModule` needs to make a storage, told apart by `backend`. */
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

/** What concerns Nest and not the storage: beside the options in `forRoot`, beside `useFactory` in `forRootAsync`. */
export interface FsmStorageModuleExtras {
  /** Tells several storages of one app apart: inject this one with `@InjectFsmStorage(name)`. */
  name?: string | undefined;
  /**
   * Whether modules that do not import this one may inject the storage.
   * @defaultValue false
   */
  isGlobal?: boolean | undefined;
  /** Providers that the options factory or a custom storage class injects. */
  extraProviders?: Provider[] | undefined;
}

/** What a class given as `useClass` or `useExisting` implements. */
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
