import { describe, expect, it } from '@jest/globals';
import { checkAgainstReference } from '../../src/testing/compare-storages.js';
import { BROKEN_RACES } from '../contract/support/broken-races.js';
import { BROKEN_TIME } from '../contract/support/broken-time.js';
import { createBrokenBackend } from '../contract/support/sabotage.js';

/** Bugs that show in calls made one after the other. */
const VISIBLE = [
  'takes a ttl of 0 for none given',
  'drops the deadline on update',
  'keeps the old deadline on a later write',
  'lists what has expired',
  'brings an expired state back by touching it',
  'compares documents key order included',
  'writes over a state when no expected document is given',
  'takes an empty expected document for none',
  'keeps the state when the change gives back null',
  'goes on from a stale total',
  'moves the deadline although refresh is false',
  'makes counters immortal that are counted without a ttl',
  'rounds amounts',
  'stays at the largest total instead of refusing more',
];

describe('random programs find a storage that', () => {
  it.each(VISIBLE)('%s', async (bug) => {
    const broken = [...BROKEN_TIME, ...BROKEN_RACES].find((candidate) => candidate.bug === bug);
    const backend = createBrokenBackend(bug, broken?.sabotage ?? (() => ({})));
    await expect(checkAgainstReference(backend, { runs: 1000, seed: 7 })).rejects.toThrow('differ at step');
  });
});
