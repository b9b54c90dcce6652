import type { ModuleRef } from '@nestjs/core';
import { MemoryStorage } from '../backends/memory/memory.storage.js';
import type { BaseStorage } from '../contract/base-storage.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { importPeer } from '../toolkit/peer-packages.js';
import { logBackgroundError } from './logging.js';
import { createCustomStorage } from './custom-storage.js';
import { defaultLayersOf } from './default-layers.js';
import type { BackendName } from './module-options.js';
import { readStartRetry } from './start-retry.js';

/** What a backend is made from. */
interface BackendArguments {
  /** The options without the module's own. Not checked: the backend's constructor does that, and tells all problems. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The names of those options that the app itself gave. */
  readonly given: readonly string[];
  readonly moduleRef: ModuleRef;
}

/** The one place that knows every backend. A new one: a line here and a member of `FsmStorageModuleOptions`. */
const BACKENDS: { readonly [Name in BackendName]: (ingredients: BackendArguments) => Promise<BaseStorage> } = {
  memory: async ({ options }) => new MemoryStorage(options),
  sqlite: async ({ options }) => {
    // Imports its packages when it starts, and tells then which of them is missing.
    const { SqliteStorage } = await import('../backends/typeorm/sqlite/storage.js');
    return new SqliteStorage(options as unknown as ConstructorParameters<typeof SqliteStorage>[0]);
  },
  redis: async ({ options }) => {
    const { RedisStorage } = await importPeer(
      'backend "redis"',
      'ioredis',
      () => import('../backends/redis/redis.storage.js'),
    );
    return new RedisStorage(options as unknown as ConstructorParameters<typeof RedisStorage>[0]);
  },
  postgres: async ({ options }) => {
    // Imports its packages when it starts, and tells then which of them is missing.
    const { PostgresStorage } = await import('../backends/typeorm/postgres/storage.js');
    return new PostgresStorage(options as unknown as ConstructorParameters<typeof PostgresStorage>[0]);
  },
  mysql: async ({ options }) => {
    const { MysqlStorage } = await import('../backends/typeorm/mysql/storage.js');
    return new MysqlStorage(options as unknown as ConstructorParameters<typeof MysqlStorage>[0]);
  },
  mariadb: async ({ options }) => {
    const { MariadbStorage } = await import('../backends/typeorm/mysql/storage.js');
    return new MariadbStorage(options as unknown as ConstructorParameters<typeof MariadbStorage>[0]);
  },
  typeorm: async ({ options }) => {
    const { TypeOrmStorage } = await import('../backends/typeorm/typeorm.storage.js');
    return new TypeOrmStorage(options as unknown as ConstructorParameters<typeof TypeOrmStorage>[0]);
  },
  custom: ({ options: { storage, ...common }, given, moduleRef }) => {
    const givenBesideStorage = given.filter((name) => name !== 'storage');
    return createCustomStorage(storage, common, givenBesideStorage, moduleRef);
  },
};

const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];

/** Options that say how Nest holds a storage; an options factory is asked too late for them. */
const EXTRA_NAMES = ['name', 'isGlobal', 'extraProviders'];

/**
 * Turns the options of the module into a storage that is not yet started: nothing is opened here, so an app that
 * fails to be created leaves nothing open (rule LC-3).
 * @throws InvalidOptionsError with the problems of the module's options and of the backend's
 * @throws MissingDependencyError when the backend's package is not installed
 */
export async function createStorage(moduleOptions: unknown, moduleRef: ModuleRef): Promise<BaseStorage> {
  const { backend, problems, options } = readModuleOptions(moduleOptions);
  if (backend === undefined) throw new InvalidOptionsError('FsmStorageModule', problems);
  const given = Object.keys(options).filter((name) => options[name] !== undefined);
  try {
    const storage = await BACKENDS[backend]({ options: withModuleDefaults(backend, options), given, moduleRef });
    if (problems.length === 0) return storage;
  } catch (error) {
    if (problems.length === 0 || !(error instanceof InvalidOptionsError)) throw error;
    problems.push(...error.problems);
  }
  throw new InvalidOptionsError('FsmStorageModule', problems);
}

/** What the module sets where the app does not. */
function withModuleDefaults(backend: BackendName, options: BackendArguments['options']): BackendArguments['options'] {
  const { onBackgroundError = logBackgroundError, layers = defaultLayersOf(backend, options) } = options;
  return { ...options, onBackgroundError, layers };
}

/** Reads what the module itself takes; `options` is the rest, for the backend. */
function readModuleOptions(moduleOptions: unknown) {
  const { backend, retryAttempts, retryDelay, ...rest } = toRecord(moduleOptions);
  const reader = new OptionsReader('FsmStorageModule', { backend, retryAttempts, retryDelay });
  const name = reader.oneOf('backend', BACKEND_NAMES, 'required');
  readStartRetry(reader);
  for (const extra of EXTRA_NAMES.filter((extra) => extra in rest)) {
    reader.problem(`${extra}: belongs beside useFactory, useClass or useExisting, not in what the factory returns`);
  }
  const options = Object.fromEntries(Object.entries(rest).filter(([option]) => !EXTRA_NAMES.includes(option)));
  return { backend: name, problems: [...reader.problems], options };
}

/** A factory that forgot to return is as wrong as one without a backend, and is told the same. */
function toRecord(options: unknown): Readonly<Record<string, unknown>> {
  return typeof options === 'object' && options !== null ? { ...options } : {};
}
