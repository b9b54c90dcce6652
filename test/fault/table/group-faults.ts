import { eventually } from '../../support/eventually.js';
import { freeze } from '../../support/freeze.js';
import type { RedisServer } from '../../support/redis-server.js';
import { type Finding, findingOf } from './finding.js';
import { type GroupPatient, type SentinelPatient, withAdmin } from './group-under-test.js';
import { COUNTER, isFailure, isSuccess, ObservedLoad } from './observed-load.js';
import { memoryLimit } from './redis-faults.js';
import { burstWhile, CALLS_AFTER, CALLS_BEFORE, downAtBoot, type Lengths } from './server-faults.js';

/** What can happen to a storage on servers that stand in for each other. */
export type GroupFault<Patient extends GroupPatient = GroupPatient> = (
  patient: Patient,
  lengths: Lengths,
) => Promise<Finding>;

const SERVED_WITHIN_MS = 120_000;

/** What can happen to a cluster, and to a group of sentinels. */
export const GROUP_FAULTS: Readonly<Record<string, GroupFault>> = {
  'every server down at boot': ({ storage, killAll, restore }) =>
    downAtBoot({ storage, server: { kill: killAll, restart: restore } }),
  'a master killed, a replica takes over': (patient) => takeover(patient, kill).then(mayLose),
  'planned failover': (patient) => disturbed(patient, () => patient.failover()).then(mayLose),
  'a master frozen, a replica takes over': (patient) => takeover(patient, frozen).then(mayLose),
  'connections cut': (patient) => disturbed(patient, () => cutConnections(patient)),
  'memory limit reached at one master': async (patient) =>
    withAdmin(await patient.master(), (admin) => memoryLimit(patient, admin)),
  'calls in flight when a master is killed': (patient, { callsInFlight }) =>
    burst(patient, callsInFlight).then(mayLose),
};

/** For a patient whose writes wait for all replicas: nothing acknowledged may be lost. */
export const masterKilled: GroupFault = (patient) => takeover(patient, kill);

/** Redis answers CLUSTERDOWN until the master is back. */
export const withoutReplica: GroupFault = async (patient, { downMs }) => {
  const load = await beginLoad(patient);
  for (const server of [...(await patient.replicas()), await patient.master()]) await server.kill();
  await load.after(20, isFailure);
  await load.goOnFor(downMs);
  await patient.restore();
  return finish(load, await untilServed(patient));
};

export const withoutSentinels: GroupFault<SentinelPatient> = async (patient) => {
  const load = await beginLoad(patient);
  await killAll(patient.sentinels);
  return finish(load);
};

/** Who has lost the master asks in vain where it is. */
export const cutWithoutSentinels: GroupFault<SentinelPatient> = async (patient, { downMs }) => {
  const load = await beginLoad(patient);
  const master = await patient.master();
  await killAll(patient.sentinels);
  await cut(master);
  await load.after(1, isFailure);
  await load.goOnFor(downMs);
  await patient.restore();
  return finish(load, await untilServed(patient));
};

async function beginLoad({ storage }: GroupPatient): Promise<ObservedLoad> {
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

/** What passes by itself, and takes no service away. */
async function disturbed(patient: GroupPatient, disturb: () => Promise<unknown>): Promise<Finding> {
  const load = await beginLoad(patient);
  await disturb();
  return finish(load);
}

/** @param hurt - takes the master away, and gives back what lets it come again, as a replica */
async function takeover(patient: GroupPatient, hurt: (master: RedisServer) => Promise<() => void>): Promise<Finding> {
  const load = await beginLoad(patient);
  const release = await hurt(await patient.master());
  const backAfterMs = await untilServed(patient);
  release();
  await patient.restore();
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

async function burst(patient: GroupPatient, calls: number): Promise<Finding> {
  const { storage } = patient;
  await storage.start();
  const load = new ObservedLoad(storage);
  await load.burst(CALLS_BEFORE);
  const master = await patient.master();
  let served = Promise.resolve(NaN);
  const settled = await burstWhile(load, calls, async () => {
    await master.kill();
    served = untilServed(patient);
  });
  const backAfterMs = await served;
  await patient.restore();
  load.begin();
  const finding = await finish(load, backAfterMs);
  return { ...finding, seen: `${finding.seen}; ${settled}` };
}

/** Milliseconds from now until the master that the counter is at, whichever that is, answers who asks anew. */
async function untilServed({ storage }: GroupPatient): Promise<number> {
  const began = performance.now();
  const isServed = (): Promise<boolean> =>
    storage.getCounter(COUNTER).then(
      () => true,
      () => false,
    );
  await eventually(isServed, SERVED_WITHIN_MS);
  return performance.now() - began;
}

/** Redis acknowledges before its replicas have it: what a failover loses is told, and breaks no rule. */
function mayLose(finding: Finding): Finding {
  return { ...finding, isBroken: finding.isUncalledFor === true };
}

async function cutConnections(patient: GroupPatient): Promise<void> {
  await Promise.all((await patient.masters()).map(cut));
}

function cut(server: RedisServer): Promise<unknown> {
  return withAdmin(server, (admin) => admin.client('KILL', 'TYPE', 'normal'));
}

async function killAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
}
