import { freeze } from '../support/freeze.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import type { RedisServer } from '../support/redis-server.js';
import { TcpProxies } from '../support/tcp-proxies.js';
import type { ServerHandle } from './faults.js';
import type { RunningEngine } from './engines.js';

/** Longer than any fault: a server is replaced only where that is the fault. */
const PATIENCE_MS = 60_000;
/** Longer than a planned failover takes, by far. */
const PLAN_PATIENCE_MS = 4000;
/** A master that is gone is replaced soon. */
const IMPATIENCE_MS = 500;

/** Three masters with a replica each. Faults affect the master of the history's first state. */
export async function startRedisCluster(): Promise<RunningEngine> {
  const cluster = await awake(RedisCluster.start());
  const proxy = await TcpProxies.to(cluster.startupNodes.map(({ port }) => port));
  await cluster.setPatience(PATIENCE_MS);
  let slot = 0;
  const nodes = cluster.startupNodes;
  return {
    storage: { backend: 'redis', options: { cluster: { nodes, options: { natMap: proxy.natMap } } } },
    proxy,
    server: handleOf(
      async () => (await cluster.masterOf(slot)).server,
      async (master) => {
        await master.restart();
        await cluster.setPatience(PATIENCE_MS); // One that was started anew has forgotten it.
        await cluster.isWell();
      },
    ),
    disconnectClients: () => cluster.disconnectClients(),
    failover: {
      async plan() {
        // Masters vote again for a replica of the same master only after twice that time.
        await cluster.setPatience(PLAN_PATIENCE_MS);
        await cluster.failover(slot);
        await cluster.setPatience(PATIENCE_MS);
      },
      async force() {
        await cluster.setPatience(IMPATIENCE_MS);
        await cluster.kill(slot);
        await cluster.isWell();
        await cluster.restore();
        await cluster.setPatience(PATIENCE_MS);
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
  await group.setPatience(PATIENCE_MS);
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
