import type { DataSourceOptions } from 'typeorm';
import { OptionsReader } from '../../../toolkit/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions } from '../../../storage/storage-options.js';
import { readServerOptions, type ResolvedServerOptions, type ServerCommonOptions } from '../server/server.options.js';

/** TypeORM's options that are the storage's own. */
type OwnPostgresOptions =
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

/** What TypeORM's `DataSource` takes for `type: 'postgres'`, as far as it says how the server is reached. */
export type PostgresConnection = Omit<Extract<DataSourceOptions, { readonly type: 'postgres' }>, OwnPostgresOptions>;

/** Connects to a URL. */
export interface PostgresUrlOptions extends ServerCommonOptions {
  /** `postgres://[user[:password]@]host[:port][/database]`, the database that of the user's name by default; parameters such as `?sslmode=require` are those of `pg`. */
  readonly url: string;
  readonly connection?: undefined;
}

/** Connects with options of TypeORM. */
export interface PostgresConnectionSettings extends ServerCommonOptions {
  /**
   * `host`, `port`, `username`, `password`, `database`, `ssl`, `schema`, and in `extra` whatever `pg` takes beside. What
   * concerns entities, logging and the pool is ours.
   */
  readonly connection: PostgresConnection;
  readonly url?: undefined;
}

/** The options of `PostgresStorage`: exactly one of `url` and `connection`. */
export type PostgresStorageOptions = PostgresUrlOptions | PostgresConnectionSettings;

/** @throws InvalidOptionsError telling every problem at once */
export function resolvePostgresOptions(options: PostgresStorageOptions): {
  readonly server: ResolvedServerOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('PostgresStorage', options);
  const server = readServerOptions(reader, {
    schemes: ['postgres', 'postgresql'],
    type: 'postgres',
    needsDatabase: false,
  });
  const storage = readStorageOptions(reader);
  reader.finish();
  return { server, storage };
}
