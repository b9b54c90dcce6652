import { describe, expect, it } from '@jest/globals';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinels } from '../support/redis-sentinel.js';

describe('the Redis servers of these tests', () => {
  it('form a cluster of three masters whose slots can move and whose replicas take over', async () => {
    const cluster = await RedisCluster.start();
    try {
      const target = await cluster.masterOf(16_383);
      const source = await cluster.masterOf(0);
      await source.admin.set('{06S}a', '1'); // Slot 0.
      await cluster.moveSlot(0, target);
      expect((await cluster.masterOf(0)).port).toBe(target.port);
      expect(await target.admin.get('{06S}a')).toBe('1');
      await cluster.failover(0);
      const promoted = await cluster.masterOf(0);
      expect(promoted.port).not.toBe(target.port);
      await cluster.kill(0);
      await cluster.waitUntilHealthy();
      expect((await cluster.masterOf(0)).port).toBe(target.port);
      await cluster.restore();
      expect((await cluster.replicasOf(target)).map(({ port }) => port)).toEqual([promoted.port]);
    } finally {
      await cluster.stop();
    }
  });

  it('form a group whose sentinels promote a replica', async () => {
    const group = await RedisSentinels.start({ password: 'one', sentinelPassword: 'two' });
    try {
      const first = await group.master();
      await group.failover();
      expect((await group.master()).port).not.toBe(first.port);
      const second = await group.kill();
      await group.waitUntilHealthy();
      expect((await group.master()).port).not.toBe(second.port);
      await group.restore();
      expect(await group.replicas()).toHaveLength(2);
    } finally {
      await group.stop();
    }
  });
});
