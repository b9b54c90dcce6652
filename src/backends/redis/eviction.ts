import type { Redis } from 'ioredis';
import { isCluster, type RedisClient } from './redis-client.js';

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
