import { OptionsReader } from '../../storage/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions, type StorageOptions } from '../../storage/storage-options.js';
import { isDataSource, type TypeOrmDataSource } from './data-source.js';
import { SCHEMA_MODES, type SchemaMode } from './schema.js';

/** How a `TypeOrmStorage` is set up. */
export interface TypeOrmStorageOptions extends StorageOptions {
  /** A DataSource the app has made and initializes and destroys itself; of type `sqlite` or `better-sqlite3`. */
  readonly dataSource: TypeOrmDataSource;
  /**
   * `create` makes the tables that are missing; `verify` makes nothing, and fails where the tables are not as the
   * exported migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
}

/** Settled options. */
export interface ResolvedTypeOrmOptions {
  readonly dataSource: TypeOrmDataSource;
  readonly schema: SchemaMode;
}

/** TypeORM's words for the drivers of databases there is a dialect for: SQLite's, so far. */
const SUPPORTED_TYPES: readonly string[] = ['sqlite', 'better-sqlite3'];

const EXPECTED = `a TypeORM DataSource of type ${SUPPORTED_TYPES.map((type) => `'${type}'`).join(' or ')}`;

const DEFAULTS = Object.freeze({ schema: 'create' } as const);

/** @throws InvalidOptionsError telling every problem at once */
export function resolveTypeOrmOptions(options: TypeOrmStorageOptions): {
  readonly database: ResolvedTypeOrmOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('TypeOrmStorage', options);
  const dataSource = reader.object('dataSource', EXPECTED, isSupported);
  if (isMissing(options)) reader.problem(`dataSource: expected ${EXPECTED}, got undefined`);
  const schema = reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema;
  const storage = readStorageOptions(reader);
  reader.finish();
  // Neither missing nor wrong, or `finish` would have thrown.
  return { database: { dataSource: dataSource as TypeOrmDataSource, schema }, storage };
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
