import { type Cluster, Redis, type RedisOptions } from 'ioredis';

/** A connection of ioredis, to one server or to a cluster. */
export type RedisClient = Redis | Cluster;

/** Where a driver gets its connection from. */
export type RedisSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connection'; readonly connection: RedisOptions }
  | { readonly kind: 'client'; readonly client: RedisClient };

const LONGEST_RETRY_MS = 2000;
/** A socket that is closed waits no longer than this for the other side. */
const DISCONNECT_TIMEOUT_MS = 200;

/**
 * What our own connections must do whatever the app's options say: a command that was sent is never sent again, and
 * one that cannot be sent fails at once. With 0 retries a request ioredis rejects what is in flight as soon as the
 * connection breaks; with more, and without resending, it would leave it pending for ever.
 */
const GUARANTEES = {
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

/** A client of our own, not yet connected. */
export function createClient(source: Exclude<RedisSource, { kind: 'client' }>, connectTimeout: number): Redis {
  const defaults = { connectTimeout, disconnectTimeout: DISCONNECT_TIMEOUT_MS, retryStrategy, reconnectOnError };
  const fixed = { ...GUARANTEES, lazyConnect: true };
  const client =
    source.kind === 'url'
      ? new Redis(source.url, { ...defaults, ...fixed })
      : new Redis({ ...defaults, ...source.connection, ...fixed });
  // For ioredis a URL's query has the last word; here it has not.
  Object.assign(client.options, GUARANTEES);
  return client;
}

/** Where a client connects to, for messages: no user, no password. */
export function addressOf(client: RedisClient): string {
  if (isCluster(client)) return 'a cluster';
  const { sentinels, name, path, host, port } = client.options;
  if (sentinels) return `sentinel group ${JSON.stringify(name)}`;
  return path ?? `${host}:${port}`;
}

export function keyPrefixOf(client: RedisClient): string {
  return client.options.keyPrefix ?? '';
}

/** The servers that hold all keys between them. */
export function mastersOf(client: RedisClient): readonly Redis[] {
  return isCluster(client) ? client.nodes('master') : [client];
}

export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** Whether a client sends nothing a second time by itself. A cluster tries its other nodes, whatever its options say. */
export function neverSendsAgain(client: RedisClient): boolean {
  return !isCluster(client) && client.options.autoResendUnfulfilledCommands === false;
}

/** Whether something can be a client: by what it does, as an app may hold another copy of ioredis. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  return ['on', 'off', 'connect', 'evalsha', 'scanBuffer'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

/** For ever, at growing distances; the random part keeps the processes of a fleet from coming all at once. */
function retryStrategy(attempt: number): number {
  const delayMs = Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(attempt - 1, 10));
  return delayMs / 2 + Math.random() * (delayMs / 2);
}

/** A server that became a replica stays one; a new connection finds the new master. The command is not sent again. */
function reconnectOnError(error: Error): boolean {
  return error.message.startsWith('READONLY');
}
