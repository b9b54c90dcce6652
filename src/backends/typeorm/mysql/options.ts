import type { DataSourceOptions } from 'typeorm';
import { OptionsReader } from '../../../toolkit/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions } from '../../../storage/storage-options.js';
import { readServerOptions, type ResolvedServerOptions, type ServerCommonOptions } from '../server/server.options.js';

/** TypeORM's options that are the storage's own. */
type OwnMysqlOptions =
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
  | 'charset'
  | 'flags'
  | 'multipleStatements'
  | 'replication'
  | 'poolSize'
  | 'connectTimeout';

/** What TypeORM's `DataSource` takes for `type: 'mysql'`, as far as it says how the server is reached. */
export type MysqlConnection = Omit<Extract<DataSourceOptions, { readonly type: 'mysql' | 'mariadb' }>, OwnMysqlOptions>;

/** Connects to a URL. */
export interface MysqlUrlOptions extends ServerCommonOptions {
  /**
   * `mysql://[user[:password]@]host[:port]/database`, for `MariadbStorage` also `mariadb://…`. Without parameters: what
   * they would say goes into `connection`.
   */
  readonly url: string;
  readonly connection?: undefined;
}

/** Connects with options of TypeORM. */
export interface MysqlConnectionSettings extends ServerCommonOptions {
  /**
   * `host`, `port`, `username`, `password`, `database`, `socketPath`, `ssl`, and in `extra` whatever `mysql2` takes
   * beside. What concerns entities, logging and the pool is ours.
   */
  readonly connection: MysqlConnection;
  readonly url?: undefined;
}

/** The options of `MysqlStorage` and `MariadbStorage`: exactly one of `url` and `connection`. */
export type MysqlStorageOptions = MysqlUrlOptions | MysqlConnectionSettings;

/** Which of the two a storage is made for. */
export interface MysqlFlavour {
  /** Of the storage, e.g. `MysqlStorage`. */
  readonly className: string;
  /** A URL's scheme, the usual one first. */
  readonly schemes: readonly string[];
  readonly backend: 'mysql' | 'mariadb';
}

/** @throws InvalidOptionsError telling every problem at once */
export function resolveMysqlOptions(
  options: MysqlStorageOptions,
  { className, schemes, backend }: MysqlFlavour,
): { readonly server: ResolvedServerOptions; readonly storage: ResolvedStorageOptions } {
  const reader = new OptionsReader(className, options);
  const server = readServerOptions(reader, { schemes, type: backend, needsDatabase: true });
  if (server.source.kind === 'url' && new URL(server.source.url).search !== '') {
    reader.problem('url: expected no parameters behind the database; give them as connection');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  return { server, storage };
}
