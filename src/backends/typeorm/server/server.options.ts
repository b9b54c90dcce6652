import type { StorageOptions } from '../../../storage/storage-options.js';
import type { OptionsReader } from '../../../toolkit/options-reader.js';
import { readProperty } from '../../../toolkit/properties.js';
import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import { isDecodable } from '../../../toolkit/decoding.js';
import { SCHEMA_MODES, type SchemaMode } from '../dialect/verify-schema.js';

/**
 * The options of a storage on a SQL server: exactly one of `url` and `connection`, and the settings of the storage.
 * @typeParam Connection - TypeORM's connection options for this server
 */
export type ServerStorageOptions<Connection> = ServerStorageSettings & ServerAddress<Connection>;

/** The options of a storage on a SQL server, however it connects. */
export interface ServerStorageSettings extends StorageOptions {
  /**
   * `create` makes missing tables; `verify` makes nothing, and the start fails if the tables are not as the exported
   * migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds until a command rejects with {@link StorageTimeoutError}, including the wait for a connection of the
   * pool; also the time limit for connecting at the start. From 1.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
  /**
   * How many connections are open at most; from 1. They are opened on demand.
   * @defaultValue 10
   */
  readonly poolSize?: number | undefined;
}

/** How to connect to a SQL server: exactly one of the two. The storage opens and closes the connections. */
export type ServerAddress<Connection> =
  | {
      /**
       * - Postgres: `postgres://[user[:password]@]host[:port][/database]`. The default database has the user's name.
       *   `?schema=bot` is the schema of the tables; other parameters, such as `?sslmode=require`, are those of `pg`.
       * - MySQL: `mysql://[user[:password]@]host[:port]/database`, for MariaDB also `mariadb://…`. No parameters: use
       *   `connection` for them.
       *
       * undefined, as an environment variable may be, is rejected.
       */
      readonly url: string | undefined;
      readonly connection?: undefined;
    }
  | {
      /**
       * TypeORM's options: `host`, `port`, `username`, `password`, `database`, `ssl`; for Postgres also `schema`, for
       * MySQL and MariaDB also `socketPath`; and in `extra` any other option of `pg` or `mysql2`. The storage itself sets
       * the options for entities, logging and the pool.
       */
      readonly connection: Connection;
      readonly url?: undefined;
    };

/** Where the server is. */
export type ServerSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connection'; readonly connection: Readonly<Record<string, unknown>> };

/** The options with every default filled in. */
export interface ResolvedServerOptions {
  readonly source: ServerSource;
  readonly schema: SchemaMode;
  readonly commandTimeout: number;
  readonly poolSize: number;
}

/** How the options of one server differ from those of another. */
interface ServerOptionRules {
  /** The accepted schemes of a URL, the usual one first, e.g. `postgres`. */
  readonly schemes: readonly string[];
  /** TypeORM's name of the server, e.g. `postgres`. */
  readonly type: string;
  /** Whether a URL must name the database; a server may have a default, such as the user's name. */
  readonly needsDatabase: boolean;
}

const DEFAULTS = Object.freeze({ schema: 'create', commandTimeout: 5000, poolSize: 10 } as const);

/** Reads the options that every server has. Problems go to the reader. */
export function readServerOptions(reader: OptionsReader, rules: ServerOptionRules): ResolvedServerOptions {
  return {
    source: readSource(reader, rules),
    schema: readSchemaMode(reader),
    commandTimeout: readCommandTimeout(reader),
    poolSize: reader.integer('poolSize', { min: 1, max: 10_000 }) ?? DEFAULTS.poolSize,
  };
}

export function readSchemaMode(reader: OptionsReader): SchemaMode {
  return reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema;
}

/** Milliseconds. */
export function readCommandTimeout(reader: OptionsReader): number {
  return reader.integer('commandTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.commandTimeout;
}

function readSource(reader: OptionsReader, { schemes, type, needsDatabase }: ServerOptionRules): ServerSource {
  const listed = schemes.map((scheme) => `${scheme}://`).join(' or ');
  const parts = needsDatabase ? 'a host and a database' : 'a host';
  const isUrl = (value: unknown): value is string => {
    return isUrlWithScheme(schemes, value) && (!needsDatabase || addressOfUrl(value).database !== '');
  };
  const url = reader.value('url', `a ${listed} URL with ${parts}, a % in it written as %25`, isUrl);
  const connection = reader.value(
    'connection',
    `an object of TypeORM's options for ${type}, a % in its url, if any, written as %25`,
    isConnection,
  );
  reader.exactlyOneOf(['url', 'connection']);
  if (url !== undefined) return { kind: 'url', url };
  // If there is none, `finish` throws before this value is used.
  return { kind: 'connection', connection: connection ?? {} };
}

function isUrlWithScheme(schemes: readonly string[], value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value) || !canBeDecoded(value)) return false;
  const { protocol, hostname, searchParams } = new URL(value);
  return schemes.includes(protocol.slice(0, -1)) && (hostname !== '' || searchParams.has('host'));
}

function isConnection(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const url = readProperty(value, 'url');
  return typeof url !== 'string' || !URL.canParse(url) || canBeDecoded(url);
}

function canBeDecoded(url: string): boolean {
  const { username, password, pathname } = new URL(url);
  return [username, password, pathname].every(isDecodable);
}

/** Host, port and database, as a message may show them: never a user or a password. */
export function locationOf(server: string, source: ServerSource, defaultPort: number): string {
  const { host, port, database } =
    source.kind === 'url' ? addressOfUrl(source.url) : addressOfConnection(source.connection);
  const address = `${host || 'localhost'}:${port || defaultPort}`;
  return `${server} at ${address}${database === '' ? '' : `/${database}`}`;
}

interface AddressParts {
  readonly host: string;
  readonly port: string;
  readonly database: string;
}

function addressOfUrl(url: string): AddressParts {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return { host: searchParams.get('host') ?? hostname, port, database: pathname.slice(1) };
}

function addressOfConnection(connection: Readonly<Record<string, unknown>>): AddressParts {
  const { url, host, port, database } = connection;
  if (typeof url === 'string' && URL.canParse(url)) return addressOfUrl(url);
  return { host: toText(host), port: toText(port), database: toText(database) };
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}
