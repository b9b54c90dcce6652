import { describe, expect, it } from '@jest/globals';
import { FsmStorage, MemoryDriver } from '../../src/index.js';
import { FaultyDriver } from '../../src/testing/faulty-driver.js';
import { checkHistory } from './check-history.js';
import type { CalledStorage } from './client-calls.js';
import type { ClientJob } from './client-job.js';
import { runJob } from './client-callers.js';
import { type LogLine, toHistory } from './client-log.js';
import { engineNamed } from './engines.js';
import type { History } from './operation.js';
import { plantBug, type PlantedBug } from './planted-bugs.js';
import { proveByHistories } from './prove-by-histories.js';
import { Random } from './random.js';

const JOB: Omit<ClientJob, 'seed'> = {
  ...{ kind: 'mix', namespace: 'planted', client: 'planted', log: '' },
  ...{ callers: 6, operations: 40, states: 2, counters: 1, values: 'unique' },
};

/** A history in this process, on a memory that now and then carries out a write and says nothing. */
async function recordHere(seed: number, bug?: PlantedBug): Promise<History> {
  const driver = new FaultyDriver(new MemoryDriver());
  const storage = new FsmStorage(driver);
  await storage.start();
  const random = new Random(seed);
  const losing = (verb: 'write' | 'increment' | 'compareAndSet'): void => {
    if (random.happens(0.05)) driver.loseReplyOf(verb);
  };
  const lossy: CalledStorage = {
    getState: (identifier) => storage.getState(identifier),
    deleteState: (identifier) => storage.deleteState(identifier),
    update: (identifier, change) => storage.update(identifier, change),
    getCounter: (identifier) => storage.getCounter(identifier),
    deleteCounter: (identifier) => storage.deleteCounter(identifier),
    setState: (identifier, state) => (losing('write'), storage.setState(identifier, state)),
    increment: (identifier, amount) => (losing('increment'), storage.increment(identifier, amount)),
    compareAndSet: (identifier, next, options) => (
      losing('compareAndSet'),
      storage.compareAndSet(identifier, next, options)
    ),
  };
  const lines: LogLine[] = [];
  const log = (line: LogLine): void => void lines.push(line);
  await runJob({ storage: bug === undefined ? lossy : plantBug(bug, lossy), log }, { ...JOB, seed });
  await storage.stop();
  return toHistory(lines);
}

/** How many of the first histories are refuted. */
async function countRefuted(histories: number, bug?: PlantedBug): Promise<number> {
  let refuted = 0;
  for (let seed = 1; seed <= histories; seed += 1) {
    if (!checkHistory(await recordHere(seed, bug)).isLinearizable) refuted += 1;
  }
  return refuted;
}

const BUGS: readonly PlantedBug[] = [
  'compare-and-set as read and write',
  'cached reads',
  'increment sent again',
  'increment hedged',
  'unknown reported as not applied',
];

describe('in one process', () => {
  it('a storage without a mistake is never refuted, though replies are lost', async () => {
    expect(await countRefuted(20)).toBe(0);
    const outcomes = (await recordHere(1)).map(({ outcome }) => outcome.kind);
    expect(outcomes).toContain('unknown');
  });

  it.each(BUGS)('a storage with a planted bug is refuted within three histories: %s', async (bug) => {
    expect(await countRefuted(3, bug)).toBeGreaterThan(0);
  });
});

describe('in several processes', () => {
  it.each([
    ['redis (over an unreliable network)', 'compare-and-set as read and write'],
    ['redis (over an unreliable network)', 'cached reads'],
    ['redis (over an unreliable network)', 'increment sent again'],
    ['redis (over an unreliable network)', 'unknown reported as not applied'],
    // No reply of a file is lost: what is done after a lost one cannot go wrong there.
    ['sqlite (better-sqlite3)', 'compare-and-set as read and write'],
    ['sqlite (better-sqlite3)', 'cached reads'],
    ['sqlite (better-sqlite3)', 'increment hedged'],
  ] as const)('%s with a planted bug is refuted: %s', async (engine, plantedBug) => {
    const options = { histories: 60, operations: 30, seed: 1, plantedBug, untilRefuted: true } as const;
    const { refuted } = await proveByHistories(engineNamed(engine), options);
    expect(refuted).toEqual([expect.stringMatching(/: no order of these calls gives these results:\n/)]);
  });
});
