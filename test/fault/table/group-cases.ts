import type { Case } from './fault-table.js';
import {
  cutWithoutSentinels,
  GROUP_FAULTS,
  type GroupFault,
  masterKilled,
  withoutReplica,
  withoutSentinels,
} from './group-faults.js';
import { admitCluster, admitSentinels, type GroupPatient, type SentinelPatient } from './group-under-test.js';

/** All replicas there are must have a write. */
const DURABLE = { cluster: { durability: { replicas: 1 } }, sentinels: { durability: { replicas: 2 } } };

/** What comes of servers that stand in for each other. */
export const GROUP_CASES: readonly Case[] = [
  ...Object.entries(GROUP_FAULTS).flatMap(([fault, hurt]) => [
    { ...ofCluster(fault, hurt), takesLong: true },
    { ...ofSentinels(fault, hurt), takesLong: true },
  ]),
  ofCluster('a master killed, with `durability`', masterKilled, DURABLE.cluster),
  ofSentinels('a master killed, with `durability`', masterKilled, DURABLE.sentinels),
  { ...ofCluster('a master killed that has no replica', withoutReplica), takesLong: true },
  { ...ofSentinels('all sentinels killed, the servers live', withoutSentinels), takesLong: true },
  { ...ofSentinels('all sentinels killed, and connections cut', cutWithoutSentinels), takesLong: true },
];

function ofCluster(fault: string, hurt: GroupFault, options?: Parameters<typeof admitCluster>[0]): Case {
  return caseOf('redis cluster', fault, hurt, () => admitCluster(options));
}

function ofSentinels(
  fault: string,
  hurt: GroupFault<SentinelPatient>,
  options?: Parameters<typeof admitSentinels>[0],
): Case {
  return caseOf('redis sentinel', fault, hurt, () => admitSentinels(options));
}

function caseOf<Patient extends GroupPatient>(
  engine: string,
  fault: string,
  hurt: GroupFault<Patient>,
  admit: () => Promise<Patient>,
): Case {
  return {
    engine,
    fault,
    async bringAbout(lengths) {
      const patient = await admit();
      return hurt(patient, lengths).finally(() => patient.discharge());
    },
  };
}
