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
  const driver = readUrlParameters(
    reader,
    readServerOptions(reader, { schemes, type: 'postgres', needsDatabase: false }),
  );
  const storage = readStorageOptions(reader);
  reader.finish();
  return { driver, storage };
}

/** Parameters of a URL that `pg` understands. */
const KNOWN_PARAMETERS: readonly string[] = [
  ...['host', 'port', 'user', 'password', 'options', 'application_name', 'fallback_application_name'],
  ...['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation', 'uselibpqcompat'],
  ...['statement_timeout', 'lock_timeout', 'query_timeout', 'idle_in_transaction_session_timeout'],
];

/** Names that other libraries have for the schema of the tables. */
const SCHEMA_PARAMETERS: readonly string[] = ['schema', 'currentSchema'];

/** What to do instead of parameters of other libraries, which `pg` would ignore. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  search_path: 'give schema=… with the one schema of the tables',
  connection_limit: 'use the option poolSize',
  pool_timeout: 'use the option commandTimeout',
  connect_timeout: 'use the option commandTimeout',
  pgbouncer: 'leave it out, a pooler is recognized',
  client_encoding: 'leave it out, it is always UTF8',
};

/** The URL's `schema` becomes that of the connection; a parameter that would be ignored is a problem. */
function readUrlParameters(reader: OptionsReader, options: ResolvedServerOptions): ResolvedServerOptions {
  const { source } = options;
  const given: Readonly<Record<string, unknown>> = source.kind === 'url' ? { url: source.url } : source.connection;
  const { url, schema: ofConnection } = given;
  if (typeof url !== 'string' || !URL.canParse(url)) return options;
  const { searchParams } = new URL(url);
  for (const name of new Set(searchParams.keys())) {
    if (KNOWN_PARAMETERS.includes(name) || SCHEMA_PARAMETERS.includes(name)) continue;
    const remedy = REPLACEMENTS[name] ?? `expected schema or one of pg's parameters, ${KNOWN_PARAMETERS.join(', ')}`;
    reader.problem(`url: the parameter ${showName(name)} has no effect; ${remedy}`);
  }
  const schemas = SCHEMA_PARAMETERS.flatMap((name) => searchParams.getAll(name));
  if (typeof ofConnection === 'string') schemas.push(ofConnection);
  const [schema] = schemas;
  if (schema === undefined) return options;
  if (schema === '' || schemas.some((other) => other !== schema)) {
    reader.problem('url: expected one name of a schema; got several or an empty one');
  }
  return { ...options, source: { kind: 'connection', connection: { ...given, schema } } };
}

/** Anything else may be a part of a password that has a question mark in it. */
function showName(name: string): string {
  return /^\w{1,40}$/.test(name) ? `"${name}"` : 'with another name';
}
