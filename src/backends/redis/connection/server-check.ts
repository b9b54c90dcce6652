import type { Redis } from 'ioredis';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { within } from '../../../toolkit/time-limit.js';
import { refreshSlots } from './cluster-client.js';
import { assertSession, makeRoundTrip } from './client-session.js';
import { ClusterTopology, readTopology, viewOf } from './cluster-topology.js';
import { isCluster, type RedisClient } from './redis-client.js';
import { LateReplyError, WrongServerError } from './redis-errors.js';
import { unexpectedReply } from './replies.js';

const UNSERVED =
  'Redis Cluster: some slots have no reachable master, so some keys are unavailable. ' +
  'See `redis-cli --cluster check`; the cluster recovers when a replica takes over.';

/** What `assertUsableServer` checks. */
interface ServerCheck {
  /** The client that commands are sent through. */
  readonly client: RedisClient;
  /** The client of ioredis itself. */
  readonly owner: RedisClient;
  /** Whether the client belongs to the app. */
  readonly isShared: boolean;
  /** Whether WAIT is used (`durability`). */
  readonly isConfirmed: boolean;
}

/**
 * Makes a round trip and checks that the server is a master that can store states. A server that does not allow INFO passes.
 * Returns whether the keys of one command must share a slot.
 * @throws WrongServerError if the server is a sentinel, a replica or one node of a larger cluster
 * @throws UnusableClientError if the app's client takes no commands
 */
export function assertUsableServer(check: ServerCheck, limitMs: number): Promise<boolean> {
  return within(limitMs, checkServer(check), () => new LateReplyError('no reply to PING'));
}

async function checkServer({ client, owner, isShared, isConfirmed }: ServerCheck): Promise<boolean> {
  if (isCluster(owner)) {
    await makeRoundTrip(client);
    return true;
  }
  const [info] = await Promise.all([
    owner.info().catch(() => ''),
    isShared ? assertSession(owner) : makeRoundTrip(owner),
    isConfirmed ? owner.wait(0, 1) : undefined,
  ]);
  const mode = /^redis_mode:(\w+)/m.exec(info)?.[1];
  const isNode = mode === 'cluster';
  const problem = isNode && !(await hasEverySlot(owner)) ? NODE : problemOf(mode, info);
  if (problem !== undefined) throw new WrongServerError(problem);
  return isNode;
}

const NODE = 'is one node of a cluster and has only some of the keys: use `cluster: { nodes: [{ host, port }] }`';

function problemOf(mode: string | undefined, info: string): string | undefined {
  if (mode === 'sentinel') return 'is a sentinel: use `connection: { sentinels: [{ host, port }], name }`';
  if (/^role:slave/m.test(info)) return 'is a replica: connect to its master; if the master may change, use sentinels';
  return undefined;
}

/** Whether a node serves a whole cluster alone. Then one connection reaches every key. */
async function hasEverySlot(node: Redis): Promise<boolean> {
  const view = await viewOf(node).catch(() => undefined);
  return view !== undefined && new ClusterTopology([view]).hasAllSlots;
}

/**
 * The policy by which a server drops states when its memory is full. undefined: no server drops states, or none reports its
 * policy. Read from INFO, because managed servers reject CONFIG.
 */
export async function findEviction(client: RedisClient): Promise<string | undefined> {
  const servers: readonly Redis[] = isCluster(client) ? client.nodes('master') : [client];
  const policies = await Promise.all(servers.map((server) => policyOf(server).catch(() => undefined)));
  return policies.find((policy) => policy !== undefined);
}

async function policyOf(server: Redis): Promise<string | undefined> {
  const memory = await server.info('memory');
  const isLimited = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1]) > 0;
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  return isLimited && policy !== 'noeviction' ? policy : undefined;
}

/** The part of a connection that `ping` uses. */
interface Reader {
  readonly isCluster: boolean;
  readonly isShared: boolean;
  read<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
}

/**
 * Makes a round trip that meets what a write would meet: a read-only server, a full disk or memory, a missing right. In a
 * cluster it asks all masters at once, because one master does not know whether the others respond.
 * @param probe - a key that is never an entry
 * @throws {@link StorageUnavailableError} if a server does not respond or rejects writes, or part of a cluster has no master
 */
export async function ping(connection: Reader, probe: string): Promise<void> {
  if (!connection.isCluster) {
    await connection.read((client) =>
      Promise.all([connection.isShared ? assertSession(client) : undefined, tryToWrite(client, probe)]),
    );
    return;
  }
  if (await hasAllSlots(connection)) return;
  // The masters may no longer be those that ioredis knows.
  await connection.read(async (client) => isCluster(client) && refreshSlots(client));
  if (!(await hasAllSlots(connection))) throw new StorageUnavailableError(UNSERVED, { outcome: 'not-applied' });
}

/** The server checks a SET as any write, but XX writes nothing because there is no such key. */
async function tryToWrite(client: RedisClient, key: string): Promise<void> {
  const reply: unknown = await client.call('set', [key, '', 'XX']);
  if (reply !== null && reply !== 'OK') throw unexpectedReply('nil', reply);
}

async function hasAllSlots(connection: Reader): Promise<boolean> {
  const topology = await connection.read(async (client) =>
    isCluster(client) ? readTopology(client) : new ClusterTopology([]),
  );
  return topology.hasAllSlots;
}
