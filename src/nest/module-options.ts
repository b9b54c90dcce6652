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

type KeyOfAny<Union> = Union extends unknown ? keyof Union : never;
type ValueOfAny<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;

/**
 * The options of a backend that is known only when the app runs, as `ConfigService.get` returns it: any option of any
 * backend. What is wrong or missing is reported when the app is created.
 * @typeParam Backend - the type of `backend`
 */
export type RuntimeModuleOptions<Backend = string | undefined> = { readonly backend: Backend } & {
  readonly [Key in Exclude<KeyOfAny<FsmStorageModuleOptions>, 'backend'>]?:
    ValueOfAny<FsmStorageModuleOptions, Key> | undefined;
};

/** `Backend` if the compiler does not know which one it is; never for a single literal, whose options it checks. */
type RuntimeBackend<Backend> = string extends Backend
  ? Backend
  : undefined extends Backend
    ? Backend
    : IsUnion<Backend> extends true
      ? Backend
      : never;

type IsUnion<Type, Member = Type> = Member extends unknown ? ([Type] extends [Member] ? false : true) : never;

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
  createFsmStorageOptions():
    FsmStorageModuleOptions | RuntimeModuleOptions | Promise<FsmStorageModuleOptions | RuntimeModuleOptions>;
}

/**
 * The argument of `FsmStorageModule.forRoot`.
 * @typeParam Backend - the type of `backend` if it is known only when the app runs
 */
export type FsmStorageRootOptions<Backend = never> = (
  FsmStorageModuleOptions | RuntimeModuleOptions<RuntimeBackend<Backend>>
) &
  FsmStorageModuleExtras;

/**
 * The argument of `FsmStorageModule.forRootAsync`.
 * @typeParam Backend - the type of `backend` if it is known only when the app runs
 */
export type FsmStorageRootAsyncOptions<Backend = never> = ConfigurableModuleAsyncOptions<
  FsmStorageModuleOptions | RuntimeModuleOptions<RuntimeBackend<Backend>>,
  'createFsmStorageOptions'
> &
  FsmStorageModuleExtras;
