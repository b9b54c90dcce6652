import type { Redis } from 'ioredis';
import { EvictionPolicyError } from '../../errors/eviction-policy.error.js';
import { isCluster, type RedisClient } from './redis-client.js';

/**
 * What is to be told where a server drops states when its memory is full; undefined where none does, or none tells. By
 * INFO, as managed servers refuse CONFIG.
 */
export async function findEviction(client: RedisClient, address: string): Promise<EvictionPolicyError | undefined> {
  const servers: readonly Redis[] = isCluster(client) ? client.nodes('master') : [client];
  const policies = await Promise.all(servers.map((server) => policyOf(server).catch(() => undefined)));
  const policy = policies.find((policy) => policy !== undefined);
  return policy === undefined ? undefined : warningOf(policy, address);
}

function warningOf(policy: string, address: string): EvictionPolicyError {
  return new EvictionPolicyError(
    `Redis at ${address} drops keys when its memory is full (maxmemory-policy ${policy}), states and counters among them. ` +
      'Set maxmemory-policy to noeviction: a full memory is then an error of the write.',
  );
}

async function policyOf(server: Redis): Promise<string | undefined> {
  const memory = await server.info('memory');
  const isLimited = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1]) > 0;
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  return isLimited && policy !== 'noeviction' ? policy : undefined;
}
