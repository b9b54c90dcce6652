import { eventually } from '../support/eventually.js';
import { type ClusterNode, RedisCluster, type RedisClusterOptions } from '../support/redis-cluster.js';
import type { AcknowledgedWrites, Loss } from './acknowledged-writes.js';
import { type FailoverLength, measureLoss, type Precaution } from './measure-loss.js';

/** All is written to one master, that of this slot. */
const HASH_TAG = '{06S}';
const SLOT = 0;

/** A master dies that is so much ahead of its replica; what is on the way dies with it. */
export async function clusterMasterDies(precaution: Precaution, { writes, lagMs }: FailoverLength): Promise<Loss> {
  return onCluster(precaution, { proxied: true }, async (cluster, load) => {
    const { master, replica } = await pairOf(cluster);
    await load.after(writes);
    master.proxy?.delay(lagMs);
    await load.after(writes);
    master.proxy?.loseReplies();
    load.end();
    await master.server.kill();
    await eventually(() => replica.holds(SLOT), 60_000);
    await cluster.waitUntilHealthy();
  });
}

/** An operator has a replica take over that is so much behind, without asking anybody. */
export async function clusterTakeover(precaution: Precaution, { writes, lagMs }: FailoverLength): Promise<Loss> {
  return onCluster(precaution, { proxied: true }, async (cluster, load) => {
    const { master, replica } = await pairOf(cluster);
    await load.after(writes);
    master.proxy?.delay(lagMs);
    await load.after(writes);
    await replica.admin.call('cluster', 'failover', 'takeover');
    await eventually(async () => !(await master.holds(SLOT)), 60_000);
    load.end();
    await cluster.waitUntilHealthy();
  });
}

/** An operator has a master and its replica change places. */
export async function clusterFailover(precaution: Precaution, { writes }: FailoverLength): Promise<Loss> {
  return onCluster(precaution, {}, async (cluster, load) => {
    await load.after(writes);
    await cluster.failover(SLOT);
    await load.after(writes);
  });
}

async function pairOf(cluster: RedisCluster): Promise<{ master: ClusterNode; replica: ClusterNode }> {
  const master = await cluster.masterOf(SLOT);
  const [replica] = await cluster.replicasOf(master);
  if (replica === undefined) throw new Error('The master has no replica.');
  return { master, replica };
}

async function onCluster(
  precaution: Precaution,
  options: RedisClusterOptions,
  failOver: (cluster: RedisCluster, load: AcknowledgedWrites) => Promise<void>,
): Promise<Loss> {
  const cluster = await RedisCluster.start({ ...options, args: precaution.args ?? [] });
  const reach = { cluster: { nodes: cluster.startupNodes, options: { natMap: cluster.natMap } } };
  return measureLoss(reach, precaution, (load) => failOver(cluster, load), HASH_TAG).finally(() => cluster.stop());
}
