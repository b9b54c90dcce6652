import { MAX_TIMER_MS } from '../../../toolkit/time-limit.js';
import type { OptionsReader } from '../../../toolkit/options-reader.js';
import type { StorageOptions } from '../../../storage/storage-options.js';
import { isDecodable } from '../../../toolkit/url.js';
import { SCHEMA_MODES, type SchemaMode } from '../dialect/verify-schema.js';

/** What a storage on a SQL server takes whichever way it connects. */
export interface ServerCommonOptions extends StorageOptions {
  /**
   * `create` makes the tables that are missing; `verify` makes nothing, and fails where the tables are not as the
   * exported migrations make them.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode | undefined;
  /**
   * Milliseconds until a command is given up with `StorageTimeoutError`, waiting for a connection of the pool included,
   * and the longest a start may take to connect; from 1.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
  /**
   * The most connections that are open at once; from 1. They are made as they are needed.
   * @defaultValue 10
   */
  readonly poolSize?: number | undefined;
}

/** How the server is reached. */
export type ServerSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connection'; readonly connection: Readonly<Record<string, unknown>> };

/** A server, settled. */
export interface ResolvedServerOptions {
  readonly source: ServerSource;
  readonly schema: SchemaMode;
  readonly commandTimeout: number;
  readonly poolSize: number;
}

/** What differs between servers. */
export interface ServerWords {
  /** A URL's scheme, the usual one first, e.g. `postgres`. */
  readonly schemes: readonly string[];
  /** TypeORM's word, e.g. `postgres`. */
  readonly type: string;
  /** Whether a URL must name the database; a server may have one by default, e.g. that of the user's name. */
  readonly needsDatabase: boolean;
}

const DEFAULTS = Object.freeze({ schema: 'create', commandTimeout: 5000, poolSize: 10 } as const);

/** Reads what every server takes; problems go to the reader. */
export function readServerOptions(reader: OptionsReader, words: ServerWords): ResolvedServerOptions {
  return {
    source: readSource(reader, words),
    schema: readSchemaMode(reader),
    commandTimeout: readCommandTimeout(reader),
    poolSize: reader.integer('poolSize', { min: 1, max: 10_000 }) ?? DEFAULTS.poolSize,
  };
}

/** Who makes the tables. */
export function readSchemaMode(reader: OptionsReader): SchemaMode {
  return reader.oneOf('schema', SCHEMA_MODES) ?? DEFAULTS.schema;
}

/** How long a command may take, in milliseconds. */
export function readCommandTimeout(reader: OptionsReader): number {
  return reader.integer('commandTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.commandTimeout;
}

function readSource(reader: OptionsReader, { schemes, type, needsDatabase }: ServerWords): ServerSource {
  const listed = schemes.map((scheme) => `${scheme}://`).join(' or ');
  const parts = needsDatabase ? 'a host and a database' : 'a host';
  const isUrl = (value: unknown): value is string => {
    return isUrlOf(schemes, value) && (!needsDatabase || partsOfUrl(value).database !== '');
  };
  const url = reader.value('url', `a ${listed} URL with ${parts}, a % in it written as %25`, isUrl);
  const connection = reader.value(
    'connection',
    `an object of TypeORM's options for ${type}, a % in its url, if any, written as %25`,
    isConnection,
  );
  reader.exactlyOneOf(['url', 'connection']);
  if (url !== undefined) return { kind: 'url', url };
  // Where there is none, `finish` throws before anyone looks at this one.
  return { kind: 'connection', connection: connection ?? {} };
}

function isUrlOf(schemes: readonly string[], value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value) || !canBeDecoded(value)) return false;
  const { protocol, hostname, searchParams } = new URL(value);
  return schemes.includes(protocol.slice(0, -1)) && (hostname !== '' || searchParams.has('host'));
}

function isConnection(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const url: unknown = Reflect.get(value, 'url');
  return typeof url !== 'string' || !URL.canParse(url) || canBeDecoded(url);
}

function canBeDecoded(url: string): boolean {
  const { username, password, pathname } = new URL(url);
  return [username, password, pathname].every(isDecodable);
}

/** Host, port and database, as a message may name them: never a user or a password. */
export function placeOf(server: string, source: ServerSource, defaultPort: number): string {
  const { host, port, database } = source.kind === 'url' ? partsOfUrl(source.url) : partsOf(source.connection);
  const address = `${host || 'localhost'}:${port || defaultPort}`;
  return `${server} at ${address}${database === '' ? '' : `/${database}`}`;
}

interface AddressParts {
  readonly host: string;
  readonly port: string;
  readonly database: string;
}

function partsOfUrl(url: string): AddressParts {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return { host: searchParams.get('host') ?? hostname, port, database: pathname.slice(1) };
}

function partsOf(connection: Readonly<Record<string, unknown>>): AddressParts {
  const { url, host, port, database } = connection;
  if (typeof url === 'string' && URL.canParse(url)) return partsOfUrl(url);
  return { host: toText(host), port: toText(port), database: toText(database) };
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}
