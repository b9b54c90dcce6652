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
  | 'charset'
  | 'flags'
  | 'multipleStatements'
  | 'replication'
  | 'poolSize'
  | 'connectTimeout';

/** The options of TypeORM's `DataSource` for `type: 'mysql'`, as far as they are about the connection. */
export type MysqlConnectionSettings = Omit<
  Extract<DataSourceOptions, { readonly type: 'mysql' | 'mariadb' }>,
  ReservedOptions
>;

/**
 * The options of {@link MysqlStorage} and {@link MariadbStorage}: exactly one of `url` and `connection`, and the storage's
 * settings.
 */
export type MysqlStorageOptions = ServerStorageOptions<MysqlConnectionSettings>;

/** One of the two products. */
export interface MysqlProduct {
  readonly backend: 'mysql' | 'mariadb';
  /** As messages show it, e.g. `MySQL`. */
  readonly name: string;
  /** The name of its storage class, e.g. `MysqlStorage`. */
  readonly className: string;
  /** The accepted schemes of a URL, the usual one first. */
  readonly schemes: readonly string[];
}

export const MYSQL: MysqlProduct = {
  backend: 'mysql',
  name: 'MySQL',
  className: 'MysqlStorage',
  schemes: ['mysql'],
};

export const MARIADB: MysqlProduct = {
  backend: 'mariadb',
  name: 'MariaDB',
  className: 'MariadbStorage',
  schemes: ['mariadb', 'mysql'],
};

/** @throws {@link InvalidOptionsError} reporting every problem at once */
export function resolveMysqlOptions(
  options: MysqlStorageOptions,
  { className, schemes, backend }: MysqlProduct,
): { readonly driver: ResolvedServerOptions; readonly storage: ResolvedStorageOptions } {
  const reader = new OptionsReader(className, options);
  const driver = readServerOptions(reader, { schemes, type: backend, needsDatabase: true });
  if (driver.source.kind === 'url' && new URL(driver.source.url).search !== '') {
    reader.problem('url: expected no parameters after the database; give them as connection');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  return { driver, storage };
}
