import type { ClusterOptions, RedisOptions } from 'ioredis';
import { MAX_TIMER_MS } from '../../toolkit/time-limit.js';
import { OptionsReader } from '../../toolkit/options-reader.js';
import { readStorageOptions, type ResolvedStorageOptions } from '../../storage/storage-options.js';
import { isDecodable } from '../../toolkit/decoding.js';
import {
  type IovalkeyClient,
  isCluster,
  isRedisClient,
  type RedisClient,
  type RedisSource,
} from './connection/redis-client.js';
import type { ResolvedDurability } from './connection/replica-confirmation.js';
import type { RedisPrefix } from './kurigram-layout.js';
import type { RedisAddress, RedisClusterAddress, RedisDurability, RedisStorageSettings } from './redis-option-types.js';
import type { RedisDriverOptions } from './redis.driver.js';

/**
 * The options of {@link RedisStorage}: exactly one of `url`, `connection`, `cluster` and `client`, and the settings of the
 * storage.
 */
export type RedisStorageOptions = RedisStorageSettings &
  RedisAddress<RedisOptions, ClusterOptions, RedisClient | IovalkeyClient>;

const DEFAULTS = Object.freeze({ commandTimeout: 5000, confirmTimeout: 1000 });
/** ioredis uses database 0 if it cannot parse the database, so it is checked here. */
const DATABASE_OF_URL = ' whose path, if any, is the number of a database';
const DATABASE_OF_OPTIONS = " in which `db`, if given, is a whole number from 0, and `role`, if given, is 'master'";
const CLUSTER = '{ nodes: [{ host, port }, …], options? } with at least one node and ports from 1 to 65535';
const DURABILITY = '{ replicas, timeout? }, both whole numbers from 1, the timeout in milliseconds';
const CLIENT =
  "a Redis or Cluster of ioredis or iovalkey that reads from masters (role or scaleReads 'master'): replicas lag behind";
const OTHER_CLIENT =
  'a Redis or Cluster of ioredis or iovalkey, not a client of another package such as redis (node-redis): use `url`, or ' +
  'give it a `new Redis(url)` of ioredis';
const SOURCES = ['url', 'connection', 'cluster', 'client'] as const;

/**
 * Checks the options and fills in the defaults.
 * @throws {@link InvalidOptionsError} with every problem at once
 */
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
    reader.problem('prefix: it replaces the namespace, so give only one of the two');
  }
  const storage = readStorageOptions(reader);
  reader.finish();
  const driver = {
    source,
    commandTimeout,
    durability,
    prefix: toPrefix(prefix, storage.namespace),
    namespace: storage.namespace,
  };
  return { driver, storage };
}

function readDurability(reader: OptionsReader, commandTimeout: number): ResolvedDurability | undefined {
  const durability = reader.value('durability', DURABILITY, isDurability);
  if (durability === undefined) return undefined;
  rejectUnknown(reader, 'durability', durability, ['replicas', 'timeout']);
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

/** An unknown name inside an option is a spelling mistake, like an unknown option. */
function rejectUnknown(reader: OptionsReader, name: string, value: object, known: readonly string[]): void {
  for (const unknown of Object.keys(value).filter((key) => !known.includes(key))) {
    reader.problem(`${name}: unknown option ${unknown}; known options are ${known.join(', ')}`);
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
  const cluster = reader.value('cluster', CLUSTER, isClusterAddress);
  if (cluster !== undefined) rejectUnknown(reader, 'cluster', cluster, ['nodes', 'options']);
  const given = reader.value('client', CLIENT, isAnything);
  const client = reader.value('client', isOtherClient(given) ? OTHER_CLIENT : CLIENT, isMasterClient);
  const sources: RedisSource[] = [];
  if (url !== undefined) sources.push({ kind: 'url', url });
  if (connection !== undefined) sources.push({ kind: 'connection', connection });
  if (cluster !== undefined) sources.push({ kind: 'cluster', cluster });
  if (client !== undefined) sources.push({ kind: 'client', client });
  reader.exactlyOneOf(SOURCES);
  // If there is none, `finish` throws before this value is used.
  return sources[0] ?? { kind: 'connection', connection: {} };
}

function isRedisUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, pathname, searchParams } = new URL(value);
  const hasRedisForm = /^rediss?:$/.test(protocol) && /^(\/\d*)?$/.test(pathname);
  return hasRedisForm && isDatabase(searchParams.get('db') ?? 0) && isDecodable(username) && isDecodable(password);
}

/** A whole number from 0, or its text: a URL and the environment contain texts. */
function isDatabase(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && /^\d+$/.test(`${value}`);
}

function isConnectionOptions(value: unknown): value is RedisOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRedisClient(value)) return false;
  if ('role' in value && value.role !== undefined && value.role !== 'master') return false;
  return !('db' in value) || value.db === undefined || isDatabase(value.db);
}

function isClusterAddress(value: unknown): value is RedisClusterAddress<ClusterOptions> {
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

function isAnything(value: unknown): value is NonNullable<unknown> | null {
  return value !== undefined;
}

/** Whether a value is the client of another package, e.g. of node-redis 4 and 5 (`sendCommand`) or 3 (`send_command`). */
function isOtherClient(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isRedisClient(value)) return false;
  return ['sendCommand', 'send_command'].some((method) => typeof Reflect.get(value, method) === 'function');
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
