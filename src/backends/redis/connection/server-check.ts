import type { Redis } from 'ioredis';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { refreshSlots } from './cluster-client.js';
import { ClusterTopology, readTopology } from './cluster-topology.js';
import { isCluster, type RedisClient } from './redis-client.js';
import { WrongServerError } from './redis-errors.js';

const UNSERVED =
  'Redis Cluster: some slots have no reachable master, so some keys are unavailable. ' +
  'See `redis-cli --cluster check`; the cluster recovers when a replica takes over.';

/**
 * Makes a round trip and checks that the server is a master that can store states. A server that does not allow INFO passes.
 * @throws WrongServerError if the server is a sentinel, a replica or one node of a cluster
 */
export async function assertUsableServer(client: RedisClient, owner: RedisClient): Promise<void> {
  const reading = isCluster(owner) ? '' : owner.info().catch(() => '');
  const [info] = await Promise.all([reading, client.ping()]);
  const problem = problemOf(info);
  if (problem !== undefined) throw new WrongServerError(problem);
}

function problemOf(info: string): string | undefined {
  const mode = /^redis_mode:(\w+)/m.exec(info)?.[1];
  if (mode === 'sentinel') return 'is a sentinel: use `connection: { sentinels: [{ host, port }], name }`';
  if (mode === 'cluster')
    return 'is one node of a cluster and has only some of the keys: use `cluster: { nodes: [{ host, port }] }`';
  if (/^role:slave/m.test(info)) return 'is a replica: connect to its master; if the master may change, use sentinels';
  return undefined;
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
  read<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
}

/**
 * Makes a round trip to the server; in a cluster to all masters at once, because one master does not know whether the others
 * respond.
 * @throws {@link StorageUnavailableError} if a server does not respond or part of a cluster has no master
 */
export async function ping(connection: Reader): Promise<void> {
  if (!connection.isCluster) return void (await connection.read((client) => client.ping()));
  if (await hasAllSlots(connection)) return;
  // The masters may no longer be those that ioredis knows.
  await connection.read(async (client) => isCluster(client) && refreshSlots(client));
  if (!(await hasAllSlots(connection))) throw new StorageUnavailableError(UNSERVED, { outcome: 'not-applied' });
}

async function hasAllSlots(connection: Reader): Promise<boolean> {
  const topology = await connection.read(async (client) =>
    isCluster(client) ? readTopology(client) : new ClusterTopology([]),
  );
  return topology.hasAllSlots;
}
