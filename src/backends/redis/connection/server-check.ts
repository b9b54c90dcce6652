import { isCluster, type RedisClient } from './redis-client.js';
import { WrongServerError } from './redis-errors.js';
import type { Redis } from 'ioredis';

/** Makes a round trip, and sees that the server is one for states. A server that tells nothing of itself is taken as it is. */
export async function greet(client: RedisClient, owner: RedisClient): Promise<void> {
  const about = isCluster(owner) ? '' : owner.info().catch(() => '');
  const [info] = await Promise.all([about, client.ping()]);
  const problem = problemOf(info);
  if (problem !== undefined) throw new WrongServerError(problem);
}

function problemOf(info: string): string | undefined {
  const mode = /^redis_mode:(\w+)/m.exec(info)?.[1];
  if (mode === 'sentinel') return 'is a sentinel: give it as `connection: { sentinels: [{ host, port }], name }`';
  if (mode === 'cluster')
    return 'is one node of a cluster, and has a part of the keys: give `cluster: { nodes: [{ host, port }] }`';
  if (/^role:slave/m.test(info)) return 'is a replica: connect to its master, by sentinels where that may change';
  return undefined;
}

/**
 * The policy by which a server drops states when its memory is full; undefined where none does, or none tells. By INFO,
 * as managed servers refuse CONFIG.
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
