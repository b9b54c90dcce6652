import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLinearizableByBruteForce } from './brute-force.js';
import { findEvidence } from './evidence.js';
import { isLinearizable } from './linearizability.js';
import type { CallResult, Call, Operation, Outcome } from './operation.js';
import { type KeyContent, applyCall } from './sequential-model.js';

const value = fc.constantFrom('x', 'y', 'z');
const valueOrNone = fc.option(value);
const stateCall: fc.Arbitrary<Call> = fc.oneof(
  fc.constant({ kind: 'get' } as const),
  fc.constant({ kind: 'delete' } as const),
  fc.record({ kind: fc.constant('set' as const), next: value }),
  fc.record({ kind: fc.constant('compareAndSet' as const), expected: valueOrNone, next: value }),
  fc.record({ kind: fc.constant('update' as const), seen: valueOrNone, next: valueOrNone }),
);
const counterCall: fc.Arbitrary<Call> = fc.oneof(
  fc.constant({ kind: 'getCounter' } as const),
  fc.constant({ kind: 'deleteCounter' } as const),
  fc.record({ kind: fc.constant('increment' as const), amount: fc.integer({ min: -1, max: 2 }) }),
);

/** A call that took place, how long before and after that it was open, and what its client got to know. */
interface Happening {
  readonly call: Call;
  readonly before: number;
  readonly after: number;
  readonly observed: 'ok' | 'unknown' | 'never-happened' | 'not-applied';
}

function happenings(call: fc.Arbitrary<Call>, maxLength: number): fc.Arbitrary<Happening[]> {
  const span = fc.integer({ min: 1, max: 80 });
  const observed = fc.oneof(
    { weight: 12, arbitrary: fc.constant('ok' as const) },
    { weight: 1, arbitrary: fc.constantFrom('unknown' as const, 'never-happened' as const, 'not-applied' as const) },
  );
  return fc.array(fc.record({ call, before: span, after: span, observed }), { maxLength, size: 'max' });
}

/** What clients saw of calls that took place one by one, ten moments apart, each somewhere within its own span. */
function observe(calls: readonly Happening[]): Operation[] {
  let content: KeyContent = null;
  return calls.map(({ call, before, after, observed }, index) => {
    const moment = 10 * index;
    const step = applyCall(content, call);
    if (observed === 'ok' || observed === 'unknown') content = step.next;
    const outcome: Outcome =
      observed === 'ok'
        ? { kind: 'ok', result: step.result, returnedAt: moment + after }
        : { kind: observed === 'not-applied' ? 'not-applied' : 'unknown' };
    return { client: 'any', key: 'any', call, calledAt: moment - before, outcome };
  });
}

const result: fc.Arbitrary<CallResult> = fc.constantFrom('x', 'y', 'z', null, true, false, 0, 1, 2, 3);
const tiny = fc.oneof(happenings(stateCall, 5), happenings(counterCall, 5)).map(observe);

/** Tiny histories in which at most one result is replaced by another one. */
const doubtful = fc
  .tuple(tiny, fc.nat(), fc.option(result))
  .map(([operations, index, exchanged]) =>
    operations.map((operation, position) =>
      exchanged !== null && position === index % operations.length && operation.outcome.kind === 'ok'
        ? { ...operation, outcome: { ...operation.outcome, result: exchanged } }
        : operation,
    ),
  );

describe('the search', () => {
  it.each([
    ['states', stateCall],
    ['counters', counterCall],
  ])('accepts every history whose calls take effect one after another, on %s', (_, call) => {
    fc.assert(
      fc.property(happenings(call, 130), (calls) => {
        // Eight clients with sixty calls on four keys make 120 on each.
        expect(isLinearizable(observe(calls), 100_000)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('decides as trying every order does', () => {
    const seen = { accepted: 0, refuted: 0 };
    fc.assert(
      fc.property(doubtful, (operations) => {
        const expected = isLinearizableByBruteForce(operations);
        seen[expected ? 'accepted' : 'refuted'] += 1;
        expect(isLinearizable(operations)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.accepted, seen.refuted)).toBeGreaterThan(200);
  });

  it('gives evidence that is refuted on its own', () => {
    fc.assert(
      fc.property(doubtful, (operations) => {
        fc.pre(!isLinearizable(operations));
        const evidence = findEvidence(operations);
        expect(evidence.length).toBeLessThanOrEqual(operations.length);
        expect(isLinearizableByBruteForce(evidence)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
