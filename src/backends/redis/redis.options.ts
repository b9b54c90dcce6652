import type { RedisOptions } from 'ioredis';
import { MAX_TIMER_MS } from '../../toolkit/time-limit.js';
import { OptionsReader } from '../../toolkit/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions, type StorageOptions } from '../../storage/storage-options.js';
import { isDecodable } from '../../toolkit/url.js';
import type { RedisClusterSettings } from './connection/cluster-client.js';
import { isCluster, isRedisClient, type RedisClient, type RedisSource } from './connection/redis-client.js';
import type { RedisDurability, ResolvedDurability } from './connection/replica-confirmation.js';
import type { RedisPrefix } from './kurigram-layout.js';
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
  /**
   * A write counts as done when so many replicas have it as well (WAIT), else it fails with `StorageUnavailableError` and
   * outcome `unknown`. It makes a lost write at a failover rare, not impossible: WAIT is no consensus, and the replica that
   * becomes the master may be another one.
   * @defaultValue none: it is done when the master has it
   */
  readonly durability?: RedisDurability | undefined;
}

/** Connects to a URL, with a connection of its own. */
export interface RedisUrlOptions extends RedisCommonOptions {
  /** `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  readonly connection?: undefined;
  readonly client?: undefined;
  readonly cluster?: undefined;
}

/** Connects with options of ioredis (sentinels and TLS included), with a connection of its own. */
export interface RedisConnectionOptions extends RedisCommonOptions {
  /**
   * What `new Redis(…)` takes; with `sentinels` and `name` the master of a group, wherever it is. Unless `failoverDetector`
   * is false, the storage listens to these sentinels and leaves a master that they replace. `lazyConnect`,
   * `enableOfflineQueue`, `autoResendUnfulfilledCommands` and `maxRetriesPerRequest` are ours, so that no command is sent
   * twice and none waits for ever.
   */
  readonly connection: RedisOptions;
  readonly url?: undefined;
  readonly client?: undefined;
  readonly cluster?: undefined;
}

/** Connects to a Redis Cluster, with connections of its own. */
export interface RedisClusterOptions extends RedisCommonOptions {
  readonly cluster: RedisClusterSettings;
  readonly url?: undefined;
  readonly connection?: undefined;
  readonly client?: undefined;
}

/** Uses a client that the app owns. */
export interface RedisClientOptions extends RedisCommonOptions {
  /**
   * A `Redis` or `Cluster` of ioredis, 5.4 or later; its `keyPrefix` is kept to. It is never closed, and while the
   * storage is started it has an `error` listener. A `Cluster` must read from masters (`scaleReads`). Give a `Redis` `autoResendUnfulfilledCommands: false`: as ioredis is set
   * otherwise, a `setState` or `touch` whose answer was lost may be applied again after a reconnect (what must not
   * happen twice never is, whatever the client's options say).
   */
  readonly client: RedisClient;
  readonly url?: undefined;
  readonly connection?: undefined;
  readonly cluster?: undefined;
}

/** The options of `RedisStorage`: exactly one of `url`, `connection`, `cluster` and `client`. */
export type RedisStorageOptions = RedisUrlOptions | RedisConnectionOptions | RedisClusterOptions | RedisClientOptions;

const DEFAULTS = Object.freeze({ commandTimeout: 5000, confirmTimeout: 1000 });
/** ioredis goes on in database 0 where it does not understand which one is meant. */
const DATABASE_OF_URL = ', its path, if any, the whole number of a database';
const DATABASE_OF_OPTIONS = ", `db`, if any, a whole number from 0, `role`, if any, 'master'";
const CLUSTER = '{ nodes: [{ host, port }, …], options? }, its nodes at least one, with ports from 1 to 65535';
const DURABILITY = '{ replicas, timeout? }, whole numbers from 1, the timeout in milliseconds';
const CLIENT = "a Redis or Cluster of ioredis, its role and scaleReads 'master', as replicas lag behind";
const SOURCES = ['url', 'connection', 'cluster', 'client'] as const;

/** @throws InvalidOptionsError telling every problem at once */
export function resolveRedisOptions(options: RedisStorageOptions): {
  readonly driver: RedisDriverOptions;
  readonly storage: ResolvedStorageOptions;
} {
  const reader = new OptionsReader('RedisStorage', options);
  const source = readSource(reader);
  const prefix = reader.value('prefix', '1 to 64 characters without #', isPrefix);
  const commandTimeout = reader.integer('commandTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.commandTimeout;
  const durability = readDurability(reader, commandTimeout);
  if (prefix !== undefined && reader.has('namespace')) {
    reader.problem('prefix: it stands in the place of namespace, so give only one of the two');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  const driver = { source, commandTimeout, durability, prefix: toPrefix(prefix, storage.namespace) };
  return { driver, storage };
}

function readDurability(reader: OptionsReader, commandTimeout: number): ResolvedDurability | undefined {
  const durability = reader.value('durability', DURABILITY, isDurability);
  if (durability === undefined) return undefined;
  refuseUnknown(reader, 'durability', durability, ['replicas', 'timeout']);
  const { replicas, timeout = DEFAULTS.confirmTimeout } = durability;
  if (timeout >= commandTimeout) {
    reader.problem(`durability: its timeout of ${timeout} ms must be less than commandTimeout, ${commandTimeout} ms`);
  }
  return { replicas, timeout };
}

function isDurability(value: unknown): value is RedisDurability {
  if (typeof value !== 'object' || value === null || !('replicas' in value)) return false;
  const timeout = 'timeout' in value ? value.timeout : undefined;
  return isFromOne(value.replicas) && (timeout === undefined || isFromOne(timeout));
}

/** What nobody asked for within an option is misspelled, as it is beside it. */
function refuseUnknown(reader: OptionsReader, name: string, value: object, known: readonly string[]): void {
  for (const unknown of Object.keys(value).filter((key) => !known.includes(key))) {
    reader.problem(`${name}: unknown option ${unknown} in it, known are ${known.join(', ')}`);
  }
}

function isFromOne(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function readSource(reader: OptionsReader): RedisSource {
  const url = reader.value('url', `a redis:// or rediss:// URL${DATABASE_OF_URL}`, isRedisUrl);
  const connection = reader.value(
    'connection',
    `an object of ioredis options${DATABASE_OF_OPTIONS}`,
    isConnectionOptions,
  );
  const cluster = reader.value('cluster', CLUSTER, isClusterSettings);
  if (cluster !== undefined) refuseUnknown(reader, 'cluster', cluster, ['nodes', 'options']);
  const client = reader.value('client', CLIENT, isMasterClient);
  const sources: RedisSource[] = [];
  if (url !== undefined) sources.push({ kind: 'url', url });
  if (connection !== undefined) sources.push({ kind: 'connection', connection });
  if (cluster !== undefined) sources.push({ kind: 'cluster', cluster });
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

function isConnectionOptions(value: unknown): value is RedisOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRedisClient(value)) return false;
  if ('role' in value && value.role !== undefined && value.role !== 'master') return false;
  return !('db' in value) || value.db === undefined || isDatabase(value.db);
}

function isClusterSettings(value: unknown): value is RedisClusterSettings {
  if (typeof value !== 'object' || value === null || !('nodes' in value) || !Array.isArray(value.nodes)) return false;
  const options = 'options' in value ? value.options : undefined;
  const hasOptions = options === undefined || (typeof options === 'object' && options !== null);
  return hasOptions && value.nodes.length > 0 && value.nodes.every(isNode);
}

function isNode(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('host' in value) || !('port' in value)) return false;
  const { host, port } = value;
  return (
    typeof host === 'string' && host !== '' && Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535
  );
}

function isMasterClient(value: unknown): value is RedisClient {
  if (!isRedisClient(value)) return false;
  const options: unknown = Reflect.get(value, 'options');
  if (typeof options !== 'object' || options === null) return true;
  const readsFrom: unknown = isCluster(value) ? Reflect.get(options, 'scaleReads') : Reflect.get(options, 'role');
  return readsFrom === undefined || readsFrom === 'master';
}

function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && /^[^#]{1,64}$/u.test(value);
}

function toPrefix(text: string | undefined, namespace: string): RedisPrefix | undefined {
  return text === undefined ? undefined : { text, namespace };
}
