import type { ModuleRef } from '@nestjs/core';
import { MemoryStorage } from '../backends/memory/memory.storage.js';
import type { BaseStorage } from '../contract/base-storage.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { circuitBreaker } from '../layers/circuit-breaker.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { readStartRetry, type StartRetry } from './common-module-options.js';
import { createCustomStorage } from './custom-storage.js';
import { logBackgroundError, logCircuit } from './logging.js';
import type { BackendName } from './module-options.js';

/** Options that are not validated yet: the constructor of each backend does that and reports all problems. */
type UncheckedOptions = Readonly<Record<string, unknown>>;

/** The arguments for creating a storage. */
interface BackendArguments {
  /** The options without those of the module itself. */
  readonly options: UncheckedOptions;
  /** The names of those options that the app has given. */
  readonly given: readonly string[];
  readonly moduleRef: ModuleRef;
}

interface Backend {
  /** Creates the storage; does not start it. */
  readonly create: (args: BackendArguments) => Promise<BaseStorage>;
  /** The layers of a storage whose options name none. */
  readonly defaultLayers: (options: UncheckedOptions) => readonly DriverLayer[];
}

const LAYERS_WITH_BREAKER: readonly DriverLayer[] = [circuitBreaker({ onStateChange: logCircuit })];

/**
 * For a backend behind a network: with a breaker, callers do not wait during an outage. No timeout, because drivers over
 * a network limit each command themselves and know more about it.
 */
const withBreaker = (): readonly DriverLayer[] => LAYERS_WITH_BREAKER;
const withoutLayers = (): readonly DriverLayer[] => [];

/** The table of all backends. A new one needs a row here and a member of `FsmStorageModuleOptions`. */
const BACKENDS: { readonly [Name in BackendName]: Backend } = {
  memory: {
    create: async ({ options }) => new MemoryStorage(options),
    defaultLayers: withoutLayers,
  },
  sqlite: {
    create: async ({ options }) => {
      const { SqliteStorage } = await import('../backends/typeorm/sqlite/storage.js');
      return construct(SqliteStorage, options);
    },
    defaultLayers: withoutLayers,
  },
  redis: {
    create: async ({ options }) => {
      const { RedisStorage } = await import('../backends/redis/redis.storage.js');
      return construct(RedisStorage, options);
    },
    defaultLayers: withBreaker,
  },
  postgres: {
    create: async ({ options }) => {
      const { PostgresStorage } = await import('../backends/typeorm/postgres/storage.js');
      return construct(PostgresStorage, options);
    },
    defaultLayers: withBreaker,
  },
  mysql: {
    create: async ({ options }) => {
      const { MysqlStorage } = await import('../backends/typeorm/mysql/storage.js');
      return construct(MysqlStorage, options);
    },
    defaultLayers: withBreaker,
  },
  mariadb: {
    create: async ({ options }) => {
      const { MariadbStorage } = await import('../backends/typeorm/mysql/storage.js');
      return construct(MariadbStorage, options);
    },
    defaultLayers: withBreaker,
  },
  typeorm: {
    create: async ({ options }) => {
      const { TypeOrmStorage } = await import('../backends/typeorm/typeorm.storage.js');
      return construct(TypeOrmStorage, options);
    },
    defaultLayers: ({ dataSource }) => (isServerDataSource(dataSource) ? withBreaker() : withoutLayers()),
  },
  custom: {
    create: ({ options: { storage, ...common }, given, moduleRef }) => {
      const givenBesidesStorage = given.filter((name) => name !== 'storage');
      return createCustomStorage(storage, common, givenBesidesStorage, moduleRef);
    },
    defaultLayers: withoutLayers,
  },
};

const BACKEND_NAMES = Object.keys(BACKENDS) as BackendName[];

/** The constructor of every backend validates its options and throws an `InvalidOptionsError`. */
function construct(Storage: new (options: never) => BaseStorage, options: UncheckedOptions): BaseStorage {
  return new Storage(options as never);
}

/** TypeORM's names of database servers. All other types are files, or the backend rejects them. */
const SERVER_TYPES: readonly unknown[] = ['postgres', 'mysql', 'mariadb'];

function isServerDataSource(dataSource: unknown): boolean {
  return SERVER_TYPES.includes(toRecord(toRecord(dataSource)['options'])['type']);
}

/** The layers of a storage whose options name none. */
export function defaultLayersOf(backend: BackendName, options: UncheckedOptions): readonly DriverLayer[] {
  return BACKENDS[backend].defaultLayers(options);
}

/** The module's options, read but not yet reported. */
export interface ModuleSettings {
  /** undefined: left out or wrong. */
  readonly backend: BackendName | undefined;
  readonly retry: StartRetry;
  readonly problems: readonly string[];
  /** The options of the backend. */
  readonly options: UncheckedOptions;
}

/** Options that register the storage in Nest. An options factory runs too late to return them. */
const EXTRA_NAMES = ['name', 'isGlobal', 'extraProviders'];

/** Reads the options of the module itself and passes on the others. */
export function readModuleOptions(moduleOptions: unknown): ModuleSettings {
  // A factory that returns nothing gets the same error as one that returns no backend.
  const record = toRecord(moduleOptions);
  const { backend, retryAttempts, retryDelay, ...rest } = record;
  const named = 'backend' in record ? { backend } : {};
  const reader = new OptionsReader('FsmStorageModule', { ...named, retryAttempts, retryDelay });
  const name = reader.oneOf('backend', BACKEND_NAMES, 'required');
  const retry = readStartRetry(reader);
  for (const extra of EXTRA_NAMES.filter((extra) => extra in rest)) {
    reader.problem(`${extra}: belongs next to useFactory, useClass or useExisting, not in what the factory returns`);
  }
  const options = Object.fromEntries(Object.entries(rest).filter(([option]) => !EXTRA_NAMES.includes(option)));
  return { backend: name, retry, problems: reader.problems, options };
}

/**
 * Creates the storage without starting it. Nothing is opened here, so nothing stays open when the app cannot be created
 * (rule LC-3).
 * @throws InvalidOptionsError with the problems of the module's options and of the backend's
 * @throws MissingDependencyError when the backend's package is not installed
 */
export async function createStorage(settings: ModuleSettings, moduleRef: ModuleRef): Promise<BaseStorage> {
  const { backend, problems, options } = settings;
  if (backend === undefined) throw new InvalidOptionsError('FsmStorageModule', problems);
  const given = Object.keys(options).filter((name) => options[name] !== undefined);
  const { onBackgroundError = logBackgroundError, layers = defaultLayersOf(backend, options) } = options;
  const args = { options: { ...options, onBackgroundError, layers }, given, moduleRef };
  if (problems.length === 0) return BACKENDS[backend].create(args);
  const moreProblems = await problemsOf(() => BACKENDS[backend].create(args));
  throw new InvalidOptionsError('FsmStorageModule', [...problems, ...moreProblems]);
}

async function problemsOf(create: () => Promise<BaseStorage>): Promise<readonly string[]> {
  try {
    await create();
    return [];
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
}

function toRecord(value: unknown): UncheckedOptions {
  return typeof value === 'object' && value !== null ? (value as UncheckedOptions) : {};
}
