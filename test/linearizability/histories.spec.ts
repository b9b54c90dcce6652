import { describe, expect, it } from '@jest/globals';
import { type Engine, ENGINES } from './engines.js';
import { proveByHistories } from './prove-by-histories.js';

/** Each fault comes once or twice, but for the last one of a cluster, which may lose writes and proves nothing. */
const HISTORIES = 10;

describe.each<Engine>(ENGINES)('$name', (engine) => {
  it('CAS-1 CNT-1 ER-4 shows its clients what one key without concurrency would, whatever befalls them', async () => {
    const report = await proveByHistories(engine, { histories: HISTORIES, operations: 30, seed: 1 });
    expect(report.refuted).toEqual([]);
    const recorded = [...report.counted.values()];
    expect(recorded.reduce((sum, { histories }) => sum + histories, 0)).toBe(HISTORIES);
    // If no call has an unknown outcome, the faults had no effect.
    const unknown = recorded.reduce((sum, { calls }) => sum + calls.unknown, 0);
    if (recorded.length > 1) expect(unknown).toBeGreaterThan(0);
  }, 180_000);
});
