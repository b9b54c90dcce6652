import { describe, expect, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { BROKEN_RACES } from '../contract/support/broken-races.js';
import { BROKEN_TIME } from '../contract/support/broken-time.js';
import { createBrokenBackend } from '../contract/support/broken-storage.js';

/** Bugs that sequential calls reveal. */
const DETECTABLE = [
  'treats a ttl of 0 as omitted',
  'removes the deadline on update',
  'keeps the previous deadline on a later write',
  'lists expired states',
  'restores an expired state when it touches it',
  'compares documents including key order',
  'overwrites a state if no expected document is given',
  'treats an empty expected document as none',
  'keeps the state if the change returns null',
  'continues from an expired total',
  'changes the deadline although refresh is false',
  'removes the deadline of a counter if no ttl is given',
  'rounds amounts',
  'returns the largest total instead of rejecting more',
];

describe('random programs detect a storage that', () => {
  it.each(DETECTABLE)('%s', async (bug) => {
    const broken = [...BROKEN_TIME, ...BROKEN_RACES].find((candidate) => candidate.bug === bug);
    const backend = createBrokenBackend(bug, broken?.createBrokenMethods ?? (() => ({})));
    await expect(checkAgainstReference(backend, { runs: 1000, seed: 7 })).rejects.toThrow('differ at step');
  });
});
