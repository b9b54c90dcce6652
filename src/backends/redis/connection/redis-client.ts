import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { confirming, type ReplicaConfirmation } from './replica-confirmation.js';
import { type CallTrace, createCluster, type RedisClusterSettings, sendingOnce } from './cluster-client.js';

/** A connection of ioredis, to one server or to a cluster. */
export type RedisClient = Redis | Cluster;

/** Where a driver gets its connection from. */
export type RedisSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connection'; readonly connection: RedisOptions }
  | { readonly kind: 'cluster'; readonly cluster: RedisClusterSettings }
  | { readonly kind: 'client'; readonly client: RedisClient };

const LONGEST_RETRY_MS = 2000;
/** A socket that is closed waits no longer than this for the other side. */
const DISCONNECT_TIMEOUT_MS = 200;

/**
 * What our own connections must do whatever the app's options say: a command that was sent is never sent again, and
 * one that cannot be sent fails at once. With 0 retries a request ioredis rejects what is in flight as soon as the
 * connection breaks; with more, and without resending, it would leave it pending for ever. In the place of its
 * `failoverDetector` there is `FailoverWatch`.
 */
export const GUARANTEES = {
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  failoverDetector: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

/** The app's client, or one of our own that is not yet connected. */
export function clientOf(source: RedisSource, connectTimeout: number): RedisClient {
  if (source.kind === 'client') return source.client;
  return source.kind === 'cluster'
    ? createCluster(source.cluster, connectTimeout)
    : createClient(source, connectTimeout);
}

/** A client of one server of our own. */
export function createClient(
  source: Extract<RedisSource, { kind: 'url' | 'connection' }>,
  connectTimeout: number,
): Redis {
  const defaults = { connectTimeout, disconnectTimeout: DISCONNECT_TIMEOUT_MS, retryStrategy, reconnectOnError };
  const fixed = { ...GUARANTEES, lazyConnect: true };
  const client =
    source.kind === 'url'
      ? new Redis(source.url, { ...defaults, ...fixed })
      : new Redis({
          ...defaults,
          ...toSentinelPatience(source.connection, connectTimeout),
          ...source.connection,
          ...fixed,
        });
  // For ioredis a URL's query has the last word; here it has not.
  Object.assign(client.options, GUARANTEES);
  return client;
}

/** One that does not answer leaves a start time for all the others, which are asked one after another, and the master. */
function toSentinelPatience({ sentinels }: RedisOptions, limitMs: number): RedisOptions {
  if (!sentinels) return {};
  const share = Math.ceil(limitMs / (sentinels.length + 1));
  return { connectTimeout: share, sentinelCommandTimeout: share };
}

/**
 * The client that commands go through: in a cluster each is sent once and traced, and with a confirmation a write is done
 * when replicas have it. Its life and its events are the client's own.
 */
export function commanding(
  client: RedisClient,
  traceNow: () => CallTrace,
  confirmation: ReplicaConfirmation | undefined,
): RedisClient {
  if (isCluster(client)) return sendingOnce(client, traceNow, confirmation);
  return confirmation === undefined ? client : confirming(client, confirmation);
}

/** Where a source leads to, for messages: no user, no password. */
export function addressOf(client: RedisClient, source?: RedisSource): string {
  if (isCluster(client)) return source?.kind === 'cluster' ? `a cluster (${nodesOf(source.cluster)})` : 'a cluster';
  const { sentinels, name, path, host, port } = client.options;
  if (sentinels) return `sentinel group ${JSON.stringify(name)}`;
  return path ?? `${host}:${port}`;
}

function nodesOf({ nodes }: RedisClusterSettings): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
}

export function keyPrefixOf(client: RedisClient): string {
  return client.options.keyPrefix ?? '';
}

export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** Whether a client takes commands. */
export function isReady(client: RedisClient): boolean {
  return client.status === 'ready';
}

/** Whether a client has been closed for good. */
export function isEnded(client: RedisClient): boolean {
  return client.status === 'end';
}

/** Whether what goes through `commanding` is sent no second time, as it is. */
export function neverSendsAgain(client: RedisClient): boolean {
  return isCluster(client) || client.options.autoResendUnfulfilledCommands === false;
}

/** Whether something can be a client: by what it does, as an app may hold another copy of ioredis. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  return ['on', 'off', 'connect', 'evalsha', 'scanBuffer'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

/** For ever, at growing distances; the random part keeps the processes of a fleet from coming all at once. */
export function retryStrategy(attempt: number): number {
  const delayMs = Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(attempt - 1, 10));
  return delayMs / 2 + Math.random() * (delayMs / 2);
}

/** A server that became a replica stays one; a new connection finds the new master. The command is not sent again. */
function reconnectOnError(error: Error): boolean {
  return error.message.startsWith('READONLY');
}
