import type { RedisOptions } from 'ioredis';
import { MAX_TIMER_MS } from '../../contract/time-limit.js';
import { OptionsReader } from '../../storage/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions, type StorageOptions } from '../../storage/storage-options.js';
import { isRedisClient, type RedisClient, type RedisSource } from './redis-client.js';
import type { RedisPrefix } from './redis-key.js';
import type { RedisDriverOptions } from './redis.driver.js';

/** What `RedisStorage` takes whichever way it connects. */
export interface RedisCommonOptions extends StorageOptions {
  /**
   * Stands in the namespace's place, as it is: `<prefix>:<identifier>` is the layout of kurigram-addons, whose states
   * are read, listed and compared as they are and whose counters are left out of listings. 1 to 64 characters without
   * `#`. Not together with `namespace`. Unlike a namespace it may hold a `:`, and then `a` sees what `a:b` wrote.
   * @defaultValue none: the namespace
   */
  readonly prefix?: string | undefined;
  /**
   * Milliseconds until a command is given up with `StorageTimeoutError`, and the longest a start may take to connect;
   * from 1. While a lost connection is being made again, a command waits for it up to a second before it counts.
   * @defaultValue 5000
   */
  readonly commandTimeout?: number | undefined;
}

/** Connects to a URL, with a connection of its own. */
export interface RedisUrlOptions extends RedisCommonOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  readonly connection?: undefined;
  readonly client?: undefined;
}

/** Connects with options of ioredis (sentinels and TLS included), with a connection of its own. */
export interface RedisConnectionOptions extends RedisCommonOptions {
  /**
   * What `new Redis(…)` takes. `lazyConnect`, `enableOfflineQueue`, `autoResendUnfulfilledCommands` and
   * `maxRetriesPerRequest` are ours, so that no command is sent twice and none waits for ever.
   */
  readonly connection: RedisOptions;
  readonly url?: undefined;
  readonly client?: undefined;
}

/** Uses a client that the app owns. */
export interface RedisClientOptions extends RedisCommonOptions {
  /**
   * A `Redis` or `Cluster` of ioredis, 5.4 or later; its `keyPrefix` is kept to. It is never closed, and while the
   * storage is started it has an `error` listener. Give it `autoResendUnfulfilledCommands: false`: as ioredis is set
   * otherwise, a `setState` or `touch` whose answer was lost may be applied again after a reconnect (what must not
   * happen twice never is, whatever the client's options say).
   */
  readonly client: RedisClient;
  readonly url?: undefined;
  readonly connection?: undefined;
}

/** The options of `RedisStorage`: exactly one of `url`, `connection` and `client`. */
export type RedisStorageOptions = RedisUrlOptions | RedisConnectionOptions | RedisClientOptions;

const DEFAULTS = Object.freeze({ commandTimeout: 5000 });
/** ioredis goes on in database 0 where it does not understand which one is meant. */
const DATABASE_OF_URL = ', its path, if any, the whole number of a database';
const DATABASE_OF_OPTIONS = ', `db`, if any, a whole number from 0';
const SOURCES = ['url', 'connection', 'client'] as const;

/** @throws InvalidOptionsError telling every problem at once */
export function resolveRedisOptions(options: RedisStorageOptions): {
  readonly driver: RedisDriverOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('RedisStorage', options);
  const source = readSource(reader);
  const prefix = reader.object('prefix', '1 to 64 characters without #', isPrefix);
  const commandTimeout = reader.integer('commandTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.commandTimeout;
  if (prefix !== undefined && reader.has('namespace')) {
    reader.problem('prefix: it stands in the place of namespace, so give only one of the two');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  const driver: RedisDriverOptions = { source, commandTimeout, prefix: toPrefix(prefix, storage.namespace) };
  return { driver, storage };
}

function readSource(reader: OptionsReader): RedisSource {
  const url = reader.object('url', `a redis:// or rediss:// URL${DATABASE_OF_URL}`, isRedisUrl);
  const connection = reader.object(
    'connection',
    `an object of ioredis options${DATABASE_OF_OPTIONS}`,
    isConnectionOptions,
  );
  const client = reader.object('client', 'a Redis or Cluster of ioredis', isRedisClient);
  const sources: RedisSource[] = [];
  if (url !== undefined) sources.push({ kind: 'url', url });
  if (connection !== undefined) sources.push({ kind: 'connection', connection });
  if (client !== undefined) sources.push({ kind: 'client', client });
  reader.exactlyOneOf(SOURCES);
  // Where there is none, `finish` throws before anyone looks at this one.
  return sources[0] ?? { kind: 'connection', connection: {} };
}

function isRedisUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, pathname, searchParams } = new URL(value);
  const isOfRedis = /^rediss?:$/.test(protocol) && /^(\/\d*)?$/.test(pathname);
  return isOfRedis && isDatabase(searchParams.get('db') ?? 0) && isDecodable(username) && isDecodable(password);
}

/** Also as a text, as a URL or the environment gives it. */
function isDatabase(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && /^\d+$/.test(`${value}`);
}

/** ioredis decodes them, and fails on a lone `%`. */
function isDecodable(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

function isConnectionOptions(value: unknown): value is RedisOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRedisClient(value)) return false;
  return !('db' in value) || value.db === undefined || isDatabase(value.db);
}

function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && /^[^#]{1,64}$/u.test(value);
}

function toPrefix(text: string | undefined, namespace: string): RedisPrefix | undefined {
  return text === undefined ? undefined : { text, namespace };
}
