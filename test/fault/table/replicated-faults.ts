import { eventually } from '../../support/eventually.js';
import { freeze } from '../../support/freeze.js';
import type { RedisServer } from '../../support/redis-server.js';
import { type Finding, findingOf } from './finding.js';
import { type ReplicatedServers, type SentinelServers, withAdmin } from './replicated-under-test.js';
import { COUNTER, isFailure, isSuccess, ObservedLoad } from './observed-load.js';
import { memoryLimit } from './redis-faults.js';
import { burstWhile, CALLS_AFTER, CALLS_BEFORE, downAtBoot, type Lengths } from './server-faults.js';

/** What can happen to a storage on servers that replace each other. */
export type ReplicatedFault<Target extends ReplicatedServers = ReplicatedServers> = (
  target: Target,
  lengths: Lengths,
) => Promise<Finding>;

const SERVED_WITHIN_MS = 120_000;

/** What can happen to a cluster, and to a group of sentinels. */
export const REPLICATED_FAULTS: Readonly<Record<string, ReplicatedFault>> = {
  'every server down at boot': ({ storage, killAll, restore }) =>
    downAtBoot({ storage, server: { kill: killAll, restart: restore } }),
  'a master killed, a replica takes over': (target) => takeover(target, kill).then(mayLose),
  'planned failover': (target) => withoutOutage(target, () => target.failover()).then(mayLose),
  'a master frozen, a replica takes over': (target) => takeover(target, frozen).then(mayLose),
  'connections cut': (target) => withoutOutage(target, () => cutConnections(target)),
  'memory limit reached at one master': async (target) =>
    withAdmin(await target.master(), (admin) => memoryLimit(target, admin)),
  'calls in flight when a master is killed': (target, { callsInFlight }) => burst(target, callsInFlight).then(mayLose),
};

/** For a target whose writes wait for all replicas: nothing acknowledged may be lost. */
export const masterKilled: ReplicatedFault = (target) => takeover(target, kill);

/** Redis replies CLUSTERDOWN until the master is back. */
export const withoutReplica: ReplicatedFault = async (target, { downMs }) => {
  const load = await beginLoad(target);
  for (const server of [...(await target.replicas()), await target.master()]) await server.kill();
  await load.after(20, isFailure);
  await load.goOnFor(downMs);
  await target.restore();
  return finish(load, await untilServed(target));
};

export const withoutSentinels: ReplicatedFault<SentinelServers> = async (target) => {
  const load = await beginLoad(target);
  await killAll(target.sentinels);
  return finish(load);
};

/** A client that has lost the master cannot find it. */
export const cutWithoutSentinels: ReplicatedFault<SentinelServers> = async (target, { downMs }) => {
  const load = await beginLoad(target);
  const master = await target.master();
  await killAll(target.sentinels);
  await cut(master);
  await load.after(1, isFailure);
  await load.goOnFor(downMs);
  await target.restore();
  return finish(load, await untilServed(target));
};

async function beginLoad({ storage }: ReplicatedServers): Promise<ObservedLoad> {
  await storage.start();
  const load = new ObservedLoad(storage);
  load.begin();
  await load.after(CALLS_BEFORE, isSuccess);
  return load;
}

async function finish(load: ObservedLoad, backAfterMs?: number): Promise<Finding> {
  await load.after(CALLS_AFTER, isSuccess);
  return findingOf(await load.end(), backAfterMs);
}

/** A fault that ends without help and causes no outage. */
async function withoutOutage(target: ReplicatedServers, disturb: () => Promise<unknown>): Promise<Finding> {
  const load = await beginLoad(target);
  await disturb();
  return finish(load);
}

/** @param inject - takes the master away and returns a function that lets it come back as a replica */
async function takeover(
  target: ReplicatedServers,
  inject: (master: RedisServer) => Promise<() => void>,
): Promise<Finding> {
  const load = await beginLoad(target);
  const release = await inject(await target.master());
  const backAfterMs = await untilServed(target);
  release();
  await target.restore();
  return finish(load, backAfterMs);
}

async function kill(master: RedisServer): Promise<() => void> {
  await master.kill();
  return () => {};
}

async function frozen({ pid }: RedisServer): Promise<() => void> {
  await freeze(pid);
  return () => process.kill(pid, 'SIGCONT');
}

async function burst(target: ReplicatedServers, calls: number): Promise<Finding> {
  const { storage } = target;
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(CALLS_BEFORE);
  const master = await target.master();
  let served = Promise.resolve(NaN);
  const settled = await burstWhile(load, calls, async () => {
    await master.kill();
    served = untilServed(target);
  });
  const backAfterMs = await served;
  await target.restore();
  load.begin();
  const finding = await finish(load, backAfterMs);
  return { ...finding, seen: `${finding.seen}; ${settled}` };
}

/** Milliseconds until a new call to the master that then holds the counter succeeds. */
async function untilServed({ storage }: ReplicatedServers): Promise<number> {
  const began = performance.now();
  const isServed = (): Promise<boolean> =>
    storage.getCounter(COUNTER).then(
      () => true,
      () => false,
    );
  await eventually(isServed, SERVED_WITHIN_MS);
  return performance.now() - began;
}

/** Redis acknowledges before its replicas have it: what a failover loses is reported and breaks no rule. */
function mayLose(finding: Finding): Finding {
  return { ...finding, isBroken: finding.hasUnexpectedWrites === true };
}

async function cutConnections(target: ReplicatedServers): Promise<void> {
  await Promise.all((await target.masters()).map(cut));
}

function cut(server: RedisServer): Promise<unknown> {
  return withAdmin(server, (admin) => admin.client('KILL', 'TYPE', 'normal'));
}

async function killAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
}
