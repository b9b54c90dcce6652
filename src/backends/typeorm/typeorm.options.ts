import { readStorageOptions, type ResolvedStorageOptions, type StorageOptions } from '../../storage/storage-options.js';
import { OptionsReader } from '../../toolkit/options-reader.js';
import { type AppDatabase, SUPPORTED_TYPES } from './app-connections.js';
import { isDataSource, type TypeOrmDataSource } from './dialect/typeorm-types.js';
import type { SchemaMode } from './dialect/verify-schema.js';
import { readCommandTimeout, readSchemaMode } from './server/server.options.js';

/** The options of {@link TypeOrmStorage}. */
export interface TypeOrmStorageOptions<DataSource extends object = TypeOrmDataSource> extends StorageOptions {
  /**
   * A DataSource of type `sqlite`, `better-sqlite3`, `postgres`, `mysql` or `mariadb`. The app makes, initializes and
   * destroys it; the storage only uses it.
   */
  readonly dataSource: DataSource;
  /**
   * `create` makes missing tables; `verify` makes nothing, and the start fails if the tables are not as the exported
   * migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds until a command rejects with {@link StorageTimeoutError}, including the wait for a connection of the
   * DataSource's pool; from 1. Only for a server: SQLite waits for as long as another connection holds the lock.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
}

/** The options with every default filled in. */
interface ResolvedTypeOrmOptions extends AppDatabase {
  readonly schema: SchemaMode;
}

const EXPECTED = `a TypeORM DataSource of type ${SUPPORTED_TYPES.map((type) => `'${type}'`).join(' or ')}`;

/** @throws {@link InvalidOptionsError} reporting every problem at once */
export function resolveTypeOrmOptions(options: TypeOrmStorageOptions): {
  readonly driver: ResolvedTypeOrmOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('TypeOrmStorage', options);
  const dataSource = reader.value('dataSource', EXPECTED, isSupported, 'required');
  const schema = readSchemaMode(reader);
  const commandTimeout = readCommandTimeout(reader);
  if (dataSource !== undefined && isSqlite(dataSource) && reader.has('commandTimeout')) {
    reader.problem('commandTimeout: not for SQLite, which waits for nothing but locks');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  // Neither missing nor wrong, or `finish` would have thrown.
  return { driver: { dataSource: dataSource as TypeOrmDataSource, schema, commandTimeout }, storage };
}

function isSqlite({ options }: TypeOrmDataSource): boolean {
  return options.type === 'sqlite' || options.type === 'better-sqlite3';
}

function isSupported(value: unknown): value is TypeOrmDataSource {
  return isDataSource(value) && SUPPORTED_TYPES.includes(value.options.type);
}
