import { OptionsReader } from '../../toolkit/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions, type StorageOptions } from '../../storage/storage-options.js';
import { isDataSource, type TypeOrmDataSource } from './dialect/typeorm-types.js';
import { type AppDatabase, SUPPORTED_TYPES } from './app-connections.js';
import type { SchemaMode } from './dialect/verify-schema.js';
import { readCommandTimeout, readSchemaMode } from './server/server.options.js';

/** How a `TypeOrmStorage` is set up. */
export interface TypeOrmStorageOptions extends StorageOptions {
  /**
   * A DataSource the app has made and initializes and destroys itself; of type `sqlite`,
   * `better-sqlite3`, `postgres`, `mysql` or `mariadb`.
   */
  readonly dataSource: TypeOrmDataSource;
  /**
   * `create` makes the tables that are missing; `verify` makes nothing, and fails where the tables are not as the
   * exported migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds until a command is given up with `StorageTimeoutError`, waiting for a connection of the DataSource's pool
   * included; from 1. For a server only: SQLite waits as long as its lock is held.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
}

/** Settled options. */
export interface ResolvedTypeOrmOptions extends AppDatabase {
  readonly schema: SchemaMode;
}

const EXPECTED = `a TypeORM DataSource of type ${SUPPORTED_TYPES.map((type) => `'${type}'`).join(' or ')}`;

/** @throws InvalidOptionsError telling every problem at once */
export function resolveTypeOrmOptions(options: TypeOrmStorageOptions): {
  readonly database: ResolvedTypeOrmOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('TypeOrmStorage', options);
  const dataSource = reader.value('dataSource', EXPECTED, isSupported);
  if (isMissing(options)) reader.problem(`dataSource: expected ${EXPECTED}, got undefined`);
  const schema = readSchemaMode(reader);
  const commandTimeout = readCommandTimeout(reader);
  if (dataSource !== undefined && isSqlite(dataSource) && reader.has('commandTimeout')) {
    reader.problem('commandTimeout: SQLite has none; its locks are waited for, and nothing else');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  // Neither missing nor wrong, or `finish` would have thrown.
  return { database: { dataSource: dataSource as TypeOrmDataSource, schema, commandTimeout }, storage };
}

function isSqlite({ options }: TypeOrmDataSource): boolean {
  return options.type === 'sqlite' || options.type === 'better-sqlite3';
}

function isSupported(value: unknown): value is TypeOrmDataSource {
  return isDataSource(value) && SUPPORTED_TYPES.includes(value.options.type);
}

/** What is no object at all is told by the reader. */
function isMissing(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && !('dataSource' in options && options.dataSource !== undefined)
  );
}
