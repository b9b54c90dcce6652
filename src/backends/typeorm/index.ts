export type {
  PooledQueryRunner,
  TypeOrmDataSource,
  TypeOrmQueryRunner,
  SqlValue,
  StatementResult,
} from './dialect/typeorm-types.js';
export {
  createFsmEntities,
  FsmCounterEntity,
  type FsmCounterRow,
  type FsmEntities,
  FsmStateEntity,
  type FsmStateRow,
} from './entities/entities.js';
export { CreateFsmTablesPostgres1764300000000 } from './migrations/1764300000000-create-fsm-tables-postgres.js';
export { CreateFsmTablesMysql1764300000001 } from './migrations/1764300000001-create-fsm-tables-mysql.js';
export { CreateFsmTables1763900000000 } from './migrations/1763900000000-create-fsm-tables.js';
export { MariadbStorage, MysqlStorage } from './mysql/storage.js';
export type { MysqlConnectionSettings, MysqlStorageOptions } from './mysql/options.js';
export type { PostgresConnectionSettings, PostgresStorageOptions } from './postgres/options.js';
export { PostgresStorage } from './postgres/storage.js';
export type { SchemaMode } from './dialect/verify-schema.js';
export type { ServerAddress, ServerStorageOptions, ServerStorageSettings } from './server/server.options.js';
export type { SqliteDriverName } from './sqlite/driver-package.js';
export type { Durability, SqliteStorageOptions } from './sqlite/options.js';
export { SqliteStorage } from './sqlite/storage.js';
export type { TypeOrmStorageOptions } from './typeorm.options.js';
export { TypeOrmStorage } from './typeorm.storage.js';
