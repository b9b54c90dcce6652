import type { DataSourceOptions } from 'typeorm';
import { readStorageOptions, type ResolvedStorageOptions } from '../../../storage/storage-options.js';
import { OptionsReader } from '../../../toolkit/options-reader.js';
import { readServerOptions, type ResolvedServerOptions, type ServerStorageOptions } from '../server/server.options.js';

/** Options of TypeORM that the storage sets itself. */
type ReservedOptions =
  | 'type'
  | 'driver'
  | 'entities'
  | 'subscribers'
  | 'migrations'
  | 'migrationsRun'
  | 'synchronize'
  | 'dropSchema'
  | 'logging'
  | 'cache'
  | 'poolSize'
  | 'poolErrorHandler'
  | 'connectTimeoutMS';

/** The options of TypeORM's `DataSource` for `type: 'postgres'`, as far as they are about the connection. */
export type PostgresConnectionSettings = Omit<
  Extract<DataSourceOptions, { readonly type: 'postgres' }>,
  ReservedOptions
>;

/** The options of {@link PostgresStorage}: exactly one of `url` and `connection`, and the storage's settings. */
export type PostgresStorageOptions = ServerStorageOptions<PostgresConnectionSettings>;

/** @throws {@link InvalidOptionsError} reporting every problem at once */
export function resolvePostgresOptions(options: PostgresStorageOptions): {
  readonly driver: ResolvedServerOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('PostgresStorage', options);
  const schemes = ['postgres', 'postgresql'];
  const driver = readServerOptions(reader, { schemes, type: 'postgres', needsDatabase: false });
  const storage = readStorageOptions(reader);
  reader.finish();
  return { driver, storage };
}
