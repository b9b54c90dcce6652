import type { BaseStorage } from '../../src/contract/base-storage.js';
import type { PlantedBug } from './planted-bugs.js';

/** How a client process opens the storage. */
export interface StorageDescription {
  readonly backend: keyof typeof OPENERS;
  /** The options of its class, as far as JSON can say them. */
  readonly options: object;
  /** A bug that the client adds to the storage, to prove that the histories find it. */
  readonly plantedBug?: PlantedBug;
}

/** One line for each backend; only what is used is loaded. */
const OPENERS = {
  memory: async (options: object): Promise<BaseStorage> => {
    const { MemoryStorage } = await import('../../src/backends/memory/memory.storage.js');
    return new MemoryStorage(options);
  },
  sqlite: async (options: object): Promise<BaseStorage> => {
    const { SqliteStorage } = await import('../../src/backends/typeorm/sqlite/storage.js');
    return new SqliteStorage(options as ConstructorParameters<typeof SqliteStorage>[0]);
  },
  redis: async (options: object): Promise<BaseStorage> => {
    const { RedisStorage } = await import('../../src/backends/redis/redis.storage.js');
    return new RedisStorage(options as ConstructorParameters<typeof RedisStorage>[0]);
  },
  postgres: async (options: object): Promise<BaseStorage> => {
    const { PostgresStorage } = await import('../../src/backends/typeorm/postgres/storage.js');
    return new PostgresStorage(options as ConstructorParameters<typeof PostgresStorage>[0]);
  },
  mariadb: async (options: object): Promise<BaseStorage> => {
    const { MariadbStorage } = await import('../../src/backends/typeorm/mysql/storage.js');
    return new MariadbStorage(options as ConstructorParameters<typeof MariadbStorage>[0]);
  },
  mysql: async (options: object): Promise<BaseStorage> => {
    const { MysqlStorage } = await import('../../src/backends/typeorm/mysql/storage.js');
    return new MysqlStorage(options as ConstructorParameters<typeof MysqlStorage>[0]);
  },
};

/** The storage, not yet started. */
export function openStorage({ backend, options }: StorageDescription): Promise<BaseStorage> {
  return OPENERS[backend](options);
}
