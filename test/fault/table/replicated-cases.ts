import type { FaultCase } from './fault-table.js';
import {
  cutWithoutSentinels,
  REPLICATED_FAULTS,
  type ReplicatedFault,
  masterKilled,
  withoutReplica,
  withoutSentinels,
} from './replicated-faults.js';
import {
  startClusterUnderTest,
  startSentinelsUnderTest,
  type ReplicatedServers,
  type SentinelServers,
} from './replicated-under-test.js';

/** Every replica must have a write before it is acknowledged. */
const DURABLE = { cluster: { durability: { replicas: 1 } }, sentinels: { durability: { replicas: 2 } } };

/** The faults of servers that replace each other. */
export const REPLICATED_CASES: readonly FaultCase[] = [
  ...Object.entries(REPLICATED_FAULTS).flatMap(([fault, inject]) => [
    { ...ofCluster(fault, inject), takesLong: true },
    { ...ofSentinels(fault, inject), takesLong: true },
  ]),
  ofCluster('a master killed, with `durability`', masterKilled, DURABLE.cluster),
  ofSentinels('a master killed, with `durability`', masterKilled, DURABLE.sentinels),
  { ...ofCluster('a master killed that has no replica', withoutReplica), takesLong: true },
  { ...ofSentinels('all sentinels killed, the servers live', withoutSentinels), takesLong: true },
  { ...ofSentinels('all sentinels killed, and connections cut', cutWithoutSentinels), takesLong: true },
];

function ofCluster(
  fault: string,
  inject: ReplicatedFault,
  options?: Parameters<typeof startClusterUnderTest>[0],
): FaultCase {
  return caseOf('redis cluster', fault, inject, () => startClusterUnderTest(options));
}

function ofSentinels(
  fault: string,
  inject: ReplicatedFault<SentinelServers>,
  options?: Parameters<typeof startSentinelsUnderTest>[0],
): FaultCase {
  return caseOf('redis sentinel', fault, inject, () => startSentinelsUnderTest(options));
}

function caseOf<Target extends ReplicatedServers>(
  engine: string,
  fault: string,
  inject: ReplicatedFault<Target>,
  start: () => Promise<Target>,
): FaultCase {
  return {
    engine,
    fault,
    async run(lengths) {
      const target = await start();
      return inject(target, lengths).finally(() => target.dispose());
    },
  };
}
