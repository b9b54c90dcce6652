import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import { type Imported, importPeer, moduleOf } from '../../../toolkit/peer-packages.js';
import { within } from '../../../toolkit/time-limit.js';
import type { RedisClusterAddress } from '../redis-option-types.js';
import { LateReplyError } from './redis-errors.js';
import { createConfirmingClient, type ReplicaConfirmation } from './replica-confirmation.js';
import { type CallTrace, createCluster, createSendOnceCluster } from './cluster-client.js';

/** A connection of ioredis, to one server or to a cluster. */
export type RedisClient = Redis | Cluster;

/** What the types of `Redis` and `Cluster` of iovalkey, which are not those of ioredis, have in common with them. */
export interface IovalkeyClient extends Pick<RedisClient, 'connect' | 'isCluster' | 'evalsha' | 'scanBuffer'> {
  readonly status: string;
}

/** How a driver gets its connection. */
export type RedisSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connection'; readonly connection: RedisOptions }
  | { readonly kind: 'cluster'; readonly cluster: RedisClusterAddress<ClusterOptions> }
  | { readonly kind: 'client'; readonly client: RedisClient };

const LONGEST_RETRY_MS = 2000;
/** How long a socket that is closed waits for the server to close it, too. */
const DISCONNECT_TIMEOUT_MS = 200;

/**
 * Options that the app cannot change: a command that was sent is never sent again, and one that cannot be sent fails at
 * once. With 0 retries per request ioredis rejects the commands in flight as soon as the connection breaks; with more,
 * and without resending, they would stay pending forever. `FailoverWatch` replaces its `failoverDetector`.
 */
export const GUARANTEES = {
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  failoverDetector: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

type Ioredis = Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>;
type OldIoredis = Pick<typeof import('ioredis'), 'default' | 'Cluster'>;

/**
 * Imports ioredis. Not a static import, so that an app can import this entry and get the install command when it starts.
 * @throws {@link MissingDependencyError} if ioredis is not installed, or in a version that is not supported
 */
export async function importIoredis(): Promise<Ioredis> {
  const ioredis = await importPeer('backend "redis"', 'ioredis', () => moduleOf(loadIoredis()));
  // Before 5.2.5 the class of a client is the default export only.
  return 'Redis' in ioredis ? ioredis : { Redis: ioredis.default.default, Cluster: ioredis.default.Cluster };
}

async function loadIoredis(): Promise<Imported<typeof import('ioredis') | { readonly default: OldIoredis }>> {
  try {
    return { module: await import('ioredis') };
  } catch (error) {
    return { error };
  }
}

/**
 * Returns the app's client, or creates one that does not connect yet.
 * @throws {@link MissingDependencyError} if ioredis is not installed
 */
export async function openClient(source: RedisSource, connectTimeout: number): Promise<RedisClient> {
  if (source.kind === 'client') return source.client;
  const ioredis = await importIoredis();
  return source.kind === 'cluster'
    ? createCluster(ioredis, source.cluster, connectTimeout)
    : createClient(ioredis, source, connectTimeout);
}

/** Creates a client of one server; it does not connect yet. */
export function createClient(
  { Redis }: Pick<Ioredis, 'Redis'>,
  source: Extract<RedisSource, { kind: 'url' | 'connection' }>,
  connectTimeout: number,
): Redis {
  const defaults = {
    connectTimeout,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // CLIENT SETINFO would be the first command, and would swallow the reply that the server has too many connections.
    disableClientInfo: true,
    retryStrategy,
    reconnectOnError,
  };
  const fixed = { ...GUARANTEES, lazyConnect: true };
  const client =
    source.kind === 'url'
      ? new Redis(source.url, { ...defaults, ...fixed })
      : new Redis({
          ...defaults,
          ...toSentinelTimeouts(source.connection, connectTimeout),
          ...source.connection,
          ...fixed,
        });
  // In ioredis the query of a URL overrides all options; the guarantees override the query.
  Object.assign(client.options, GUARANTEES);
  return client;
}

/** Sentinels are asked one after another; a slow one must leave enough time for the others and the master. */
function toSentinelTimeouts({ sentinels }: RedisOptions, limitMs: number): RedisOptions {
  if (!sentinels) return {};
  const share = Math.ceil(limitMs / (sentinels.length + 1));
  return { connectTimeout: share, sentinelCommandTimeout: share };
}

/**
 * Creates the object that commands are sent through: in a cluster it sends each command once and traces it; with a
 * confirmation, a write is done when replicas have it. Connect, close and listen on the client itself.
 */
export function createCommandClient(
  client: RedisClient,
  traceNow: () => CallTrace,
  confirmation: ReplicaConfirmation | undefined,
): RedisClient {
  if (isCluster(client)) return createSendOnceCluster(client, traceNow, confirmation);
  return confirmation === undefined ? client : createConfirmingClient(client, confirmation);
}

/** The address of a client, for messages: without user and password. */
export function addressOf(client: RedisClient, source?: RedisSource): string {
  if (isCluster(client)) return source?.kind === 'cluster' ? `a cluster (${nodesOf(source.cluster)})` : 'a cluster';
  const { sentinels, name, path, host, port } = client.options;
  if (sentinels) return `sentinel group ${JSON.stringify(name)}`;
  return path ?? `${host}:${port}`;
}

function nodesOf({ nodes }: RedisClusterAddress<ClusterOptions>): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
}

export function usesTls(client: RedisClient): boolean {
  const { tls } = isCluster(client) ? (client.options.redisOptions ?? {}) : client.options;
  return tls !== undefined;
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

/** Whether the client of `createCommandClient` sends no command a second time. */
export function neverSendsAgain(client: RedisClient): boolean {
  return isCluster(client) || client.options.autoResendUnfulfilledCommands === false;
}

/** Whether a value has the methods of a client. Not by `instanceof`: the app may have another copy of ioredis. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  return ['on', 'off', 'connect', 'evalsha', 'scanBuffer'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

/** Retries forever, with growing delays. The random part keeps many processes from reconnecting at the same moment. */
export function retryStrategy(attempt: number): number {
  const delayMs = Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(attempt - 1, 10));
  return delayMs / 2 + Math.random() * (delayMs / 2);
}

/** A server that became a replica stays one; a new connection finds the new master. Does not send the command again. */
function reconnectOnError(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

/** Ends a client that was created here: with QUIT if it is connected, and in any case within twice the limit. */
export async function endClient(client: RedisClient, limitMs: number): Promise<void> {
  const createError = (): Error => new LateReplyError('no reply to QUIT');
  if (client.status === 'ready') await within(limitMs, client.quit(), createError).catch(() => {});
  await disconnectClient(client, limitMs);
}

/** Ends a client at once, and waits until its socket is closed, but no longer than the limit. */
export async function disconnectClient(client: RedisClient, limitMs: number): Promise<void> {
  // Pending work of the client may still fail, and ioredis prints errors without a listener.
  client.on('error', () => {});
  const hasSocket = ['connecting', 'connect', 'ready'].includes(client.status);
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  if (client.status !== 'end') client.disconnect();
  const createError = (): Error => new LateReplyError('the connection does not close');
  if (hasSocket && !isEnded(client)) await within(limitMs, ended, createError).catch(() => {});
}
