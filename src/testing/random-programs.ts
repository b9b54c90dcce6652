// The only file that imports fast-check. `compareStorages` imports it lazily, because fast-check is an optional peer.
import fc from 'fast-check';
import type { SetStateOptions } from '../contract/operation-options.js';
import type { StateDocument } from '../contract/state-document.js';
import type { Step } from './run-program.js';

/** Few, so that many steps use the same entry, and so similar that a backend may confuse them. */
const identifier = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom('a', 'A', 'a ', 'a:b', 'a#b', 'a%', 'a_', '\u00e1', 'a\u0301', '😀', '*', '[a]'),
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'x'.repeat(513), '\ud800', 'a\0') },
);

const pattern = fc.oneof(
  fc.constantFrom('*', 'a*', 'a?', '?', '[^a]*', '*b', '[a-z]*', 'a\\*', '\\*', '\\[*', '[A😀]*', '', 'a%', 'a_', '['),
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', ':', '*', '?', '[', ']', '^', '-', '\\', '😀'), maxLength: 5 }),
);

/** Odd multiples of five seconds; `run-program.ts` explains why. */
const seconds = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 8 }).map((tens) => tens * 10 + 5) },
  { weight: 2, arbitrary: fc.constantFrom(0, 3_000_005, 3_000_000_005) },
  { weight: 1, arbitrary: fc.constantFrom(-1, NaN, Infinity) },
);

const ttl = fc.option(fc.oneof(seconds, fc.constant('keep' as const)), { nil: undefined });
const writeOptions: fc.Arbitrary<SetStateOptions> = fc.record({ ttl });

const smallState: fc.Arbitrary<StateDocument> = fc.constantFrom<StateDocument[]>(
  {},
  { a: 1 },
  { a: 1, b: [1, { c: 2, d: 3 }] },
  { b: [1, { d: 3, c: 2 }], a: 1 },
  { a: '1' },
  { a: NaN },
);
const state = fc.oneof(
  { weight: 3, arbitrary: smallState },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), json(), { maxKeys: 4 }) },
);

const amount = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.5, NaN),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      call: fc.constantFrom('getState', 'deleteState', 'getTtl', 'getCounter', 'deleteCounter', 'getCounterTtl'),
      identifier,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      call: fc.constant('getStates' as const),
      identifiers: fc.array(identifier, { maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ call: fc.constantFrom('setState', 'swap'), identifier, state, options: writeOptions }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('compareAndSet' as const),
      identifier,
      state: smallState,
      options: fc.record({ ttl, expected: fc.option(smallState) }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constant('update' as const),
      identifier,
      state: fc.option(state),
      options: writeOptions,
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constantFrom('touch', 'touchCounter'), identifier, ttl: seconds }) },
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('increment' as const),
      identifier,
      amount,
      options: fc.record({ ttl: fc.option(seconds, { nil: undefined }), refresh: fc.boolean() }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ call: fc.constantFrom('listKeys', 'scanKeys', 'listCounters', 'scanCounters'), pattern }),
  },
  { weight: 1, arbitrary: fc.record({ call: fc.constantFrom('clearNamespace', 'restart') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('passTime' as const),
      seconds: fc.integer({ min: 1, max: 5 }).map((tens) => tens * 10),
    }),
  },
);

/** Mostly valid and some invalid calls, on few identifiers and close to deadlines. */
const programs: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });

/**
 * Runs `check` on random programs. Rejects with the error of the shortest failing program, whose message contains that
 * program and the seed.
 */
export async function checkRandomPrograms(
  check: (program: readonly Step[]) => Promise<void>,
  { runs, seed }: { readonly runs: number; readonly seed: number | undefined },
): Promise<void> {
  await fc.assert(fc.asyncProperty(programs, check), {
    numRuns: runs,
    includeErrorInReport: true,
    ...(seed === undefined ? {} : { seed }),
  });
}

function json(): fc.Arbitrary<StateDocument[string]> {
  return fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<StateDocument[string]>;
}
