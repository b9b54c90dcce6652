import { freeze } from '../support/freeze.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import type { RedisServer } from '../support/redis-server.js';
import { TcpProxies } from '../support/tcp-proxies.js';
import type { ServerHandle } from './faults.js';
import type { RunningEngine } from './engines.js';

/** Longer than any fault, so that a server is replaced only if the fault is a failover. */
const DOWN_AFTER_MS = 60_000;
/** Much longer than a planned failover takes. */
const PLANNED_DOWN_AFTER_MS = 4000;
/** So short that a killed master is replaced soon. */
const SHORT_DOWN_AFTER_MS = 500;

/** Three masters with a replica each. Faults affect the master of the history's first state. */
export async function startRedisCluster(): Promise<RunningEngine> {
  const cluster = await awake(RedisCluster.start());
  const proxy = await TcpProxies.to(cluster.startupNodes.map(({ port }) => port));
  await cluster.setDownAfter(DOWN_AFTER_MS);
  let slot = 0;
  const nodes = cluster.startupNodes;
  return {
    storage: { backend: 'redis', options: { cluster: { nodes, options: { natMap: proxy.natMap } } } },
    proxy,
    server: handleOf(
      async () => (await cluster.masterOf(slot)).server,
      async (master) => {
        await master.restart();
        await cluster.setDownAfter(DOWN_AFTER_MS); // A restarted server has the time it was started with.
        await cluster.waitUntilHealthy();
      },
    ),
    disconnectClients: () => cluster.disconnectClients(),
    failover: {
      async plan() {
        // Masters vote again for a replica of the same master only after twice that time.
        await cluster.setDownAfter(PLANNED_DOWN_AFTER_MS);
        await cluster.failover(slot);
        await cluster.setDownAfter(DOWN_AFTER_MS);
      },
      async force() {
        await cluster.setDownAfter(SHORT_DOWN_AFTER_MS);
        await cluster.kill(slot);
        await cluster.waitUntilHealthy();
        await cluster.restore();
        await cluster.setDownAfter(DOWN_AFTER_MS);
      },
    },
    async moveSlot(random) {
      const source = await cluster.masterOf(slot);
      const others = (await cluster.masters()).filter((master) => master !== source);
      await cluster.moveSlot(slot, random.pick(others));
    },
    async focus(namespace) {
      slot = await cluster.slotOf(`${namespace}:state0`);
    },
    async stop() {
      await proxy.close();
      await cluster.stop();
    },
  };
}

/** A master with two replicas, and three sentinels. */
export async function startRedisSentinel(): Promise<RunningEngine> {
  const group = await RedisSentinels.start();
  const proxy = await TcpProxies.to(group.servers.map(({ port }) => port));
  await group.setDownAfter(DOWN_AFTER_MS);
  return {
    storage: { backend: 'redis', options: { connection: { ...group.connection, natMap: proxy.natMap } } },
    proxy,
    server: handleOf(
      () => group.master(),
      (master) => group.restart(master),
    ),
    disconnectClients: () => group.disconnectClients(),
    failover: {
      plan: () => group.failover(),
      async force() {
        await group.kill();
        await group.failover(); // Sentinels that must agree on it first may need several rounds of votes.
        await group.restore();
      },
    },
    async stop() {
      await proxy.close();
      await group.stop();
    },
  };
}

/** The connections of the test's own to a cluster let the process end, so something else must hold it. */
async function awake<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 60_000);
  return work.finally(() => clearInterval(timer));
}

/** Whoever is the master when the fault begins. */
function handleOf(
  findMaster: () => Promise<RedisServer>,
  restart: (master: RedisServer) => Promise<void>,
): Omit<ServerHandle, 'port'> {
  let victim: RedisServer | undefined;
  return {
    async kill() {
      victim = await findMaster();
      await victim.kill();
    },
    async restart() {
      if (victim !== undefined) await restart(victim);
    },
    async freeze() {
      victim = await findMaster();
      await freeze(victim.pid);
    },
    resume() {
      if (victim !== undefined) process.kill(victim.pid, 'SIGCONT');
    },
  };
}
