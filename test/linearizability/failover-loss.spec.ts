import { describe, expect, it } from '@jest/globals';
import { clusterMasterDies } from './cluster-failovers.js';
import type { Precaution } from './measure-loss.js';
import { sentinelMasterDies } from './sentinel-failovers.js';

const LENGTH = { writes: 24, lagMs: 100 };
const CONFIRMED: Precaution = { durability: { replicas: 1, timeout: 4000 } };

describe.each([
  ['sentinels', sentinelMasterDies],
  ['a cluster', clusterMasterDies],
])('a master in %s that dies ahead of its replicas', (_, measure) => {
  it('takes acknowledged writes with it: what is measured is really lost', async () => {
    const { lost } = await measure({}, LENGTH);
    expect(lost).toBeGreaterThan(0);
  });

  it('takes nothing with it that its replica has confirmed', async () => {
    const { acknowledged, lost } = await measure(CONFIRMED, LENGTH);
    expect(acknowledged).toBeGreaterThanOrEqual(2 * LENGTH.writes);
    expect(lost).toBe(0);
  });
});
