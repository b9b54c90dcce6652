import type { Loss } from './acknowledged-writes.js';
import { clusterFailover, clusterMasterDies, clusterTakeover } from './cluster-failovers.js';
import type { FailoverLength, Precaution } from './measure-loss.js';
import { sentinelFailover, sentinelMasterCutOff, sentinelMasterDies } from './sentinel-failovers.js';

/** A failover, with what is done against losses. */
export interface FailoverCase {
  readonly name: string;
  readonly precaution: string;
  /** By what is known of Redis; a measurement that says otherwise is a failure. */
  readonly expected: 'loss' | 'no loss' | 'any';
  measure(): Promise<Loss>;
}

/** Where each write waits for its replica, fewer are made. */
const MANY: FailoverLength = { writes: 1000, lagMs: 200 };
const FEW: FailoverLength = { writes: 60, lagMs: 200 };

const NONE: Precaution = {};
const ONE: Precaution = { durability: { replicas: 1, timeout: 1000 } };
const ALL: Precaution = { durability: { replicas: 2, timeout: 1000 } };
const MIN_REPLICAS: Precaution = { args: ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '1'] };
const NO_DETECTOR: Precaution = { connection: { failoverDetector: false } };

const SENTINEL_DIES = 'sentinels: the master dies, replication is 200 ms behind';
const SENTINEL_CUT = 'sentinels: the master is cut off from the others, not from its clients';
const SENTINEL_PLANNED = 'sentinels: `SENTINEL FAILOVER`, the master being well';
const CLUSTER_DIES = 'cluster: the master dies, replication is 200 ms behind';
const CLUSTER_TAKEOVER = 'cluster: `CLUSTER FAILOVER TAKEOVER`, replication is 200 ms behind';
const CLUSTER_PLANNED = 'cluster: `CLUSTER FAILOVER`';

/** Every case, in the order of the table. */
export const FAILOVER_CASES: readonly FailoverCase[] = [
  row(SENTINEL_DIES, 'none', 'loss', () => sentinelMasterDies(NONE, MANY)),
  row(SENTINEL_DIES, '`replicas: 1`', 'no loss', () => sentinelMasterDies(ONE, FEW)),
  row(SENTINEL_CUT, 'none', 'loss', () => sentinelMasterCutOff(NONE, MANY)),
  row(SENTINEL_CUT, '`min-replicas-to-write 1`, `-max-lag 1`', 'any', () => sentinelMasterCutOff(MIN_REPLICAS, FEW)),
  row(SENTINEL_CUT, '`replicas: 1`', 'no loss', () => sentinelMasterCutOff(ONE, FEW)),
  row(SENTINEL_PLANNED, 'none, and `failoverDetector: false`', 'loss', () => sentinelFailover(NO_DETECTOR, MANY)),
  row(SENTINEL_PLANNED, 'none', 'any', () => sentinelFailover(NONE, MANY)),
  row(SENTINEL_PLANNED, '`min-replicas-to-write 1`, `-max-lag 1`', 'any', () => sentinelFailover(MIN_REPLICAS, MANY)),
  row(SENTINEL_PLANNED, '`replicas: 1`', 'any', () => sentinelFailover(ONE, MANY)),
  row(SENTINEL_PLANNED, '`replicas: 2`, which is all', 'no loss', () => sentinelFailover(ALL, MANY)),
  row(CLUSTER_DIES, 'none', 'loss', () => clusterMasterDies(NONE, MANY)),
  row(CLUSTER_DIES, '`replicas: 1`', 'no loss', () => clusterMasterDies(ONE, FEW)),
  row(CLUSTER_TAKEOVER, 'none', 'loss', () => clusterTakeover(NONE, MANY)),
  row(CLUSTER_TAKEOVER, '`replicas: 1`', 'no loss', () => clusterTakeover(ONE, FEW)),
  row(CLUSTER_PLANNED, 'none', 'no loss', () => clusterFailover(NONE, MANY)),
];

function row(
  name: string,
  precaution: string,
  expected: FailoverCase['expected'],
  measure: () => Promise<Loss>,
): FailoverCase {
  return { name, precaution, expected, measure };
}
