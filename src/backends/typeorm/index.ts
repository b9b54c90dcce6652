export type { TypeOrmDataSource, TypeOrmQueryRunner, SqlValue, StatementResult } from './data-source.js';
export { FsmCounterEntity, type FsmCounterRow, FsmStateEntity, type FsmStateRow } from './entities.js';
export { CreateFsmTables1763900000000 } from './migrations/1763900000000-create-fsm-tables.js';
export type { SchemaMode } from './schema.js';
export type { Durability, SqliteStorageOptions } from './sqlite.options.js';
export type { SqliteDriverName } from './sqlite-packages.js';
export { SqliteStorage } from './sqlite.storage.js';
export type { TypeOrmStorageOptions } from './typeorm.options.js';
export { TypeOrmStorage } from './typeorm.storage.js';
