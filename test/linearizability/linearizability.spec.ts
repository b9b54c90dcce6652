import { describe, expect, it } from '@jest/globals';
import { checkHistory } from './check-history.js';
import { describeVerdict } from './describe-evidence.js';
import { isLinearizable, SearchLimitError } from './linearizability.js';
import type { CallResult, Call, Operation } from './operation.js';

/** One call as the papers draw it: a line from its call to its return. */
function line(calledAt: number, returnedAt: number, call: Call, result: CallResult = null): Operation {
  return { client: 'any', key: 'state:a', call, calledAt, outcome: { kind: 'ok', result, returnedAt } };
}

function lost(calledAt: number, call: Call, kind: 'unknown' | 'not-applied' = 'unknown'): Operation {
  return { client: 'any', key: 'state:a', call, calledAt, outcome: { kind } };
}

const get: Call = { kind: 'get' };
const remove: Call = { kind: 'delete' };
const getCounter: Call = { kind: 'getCounter' };
const set = (next: string): Call => ({ kind: 'set', next });
const swap = (expected: string | null, next: string): Call => ({ kind: 'compareAndSet', expected, next });
const add = (amount: number): Call => ({ kind: 'increment', amount });

const ACCEPTED: [string, Operation[]][] = [
  ['no call', []],
  ['calls one after another', [line(0, 1, set('x')), line(2, 3, get, 'x'), line(4, 5, remove, true), line(6, 7, get)]],
  // M. Herlihy, J. Wing, "Linearizability", 1990, section 1: overlapping calls take place in either order.
  ['a read that overlaps a write and sees it', [line(0, 10, set('x')), line(1, 2, get, 'x')]],
  ['a read that overlaps a write and does not see it', [line(0, 10, set('x')), line(1, 2, get, null)]],
  [
    'two reads in turn that see a long write, then a second one',
    [line(0, 10, set('x')), line(1, 9, set('y')), line(2, 3, get, 'x'), line(4, 5, get, 'y')],
  ],
  ['calls that overlap in one moment', [line(0, 1, set('x')), line(1, 2, get, null)]],
  ['one winner of two swaps', [line(0, 5, swap(null, 'x'), true), line(0, 5, swap(null, 'y'), false)]],
  ['a lost call that is seen', [lost(0, set('x')), line(1, 2, get, null), line(3, 4, get, 'x')]],
  ['a lost call that is never seen', [lost(0, set('x')), line(1, 2, get, null)]],
  ['a lost swap that cannot have won', [lost(0, swap('z', 'x')), line(1, 2, get, null)]],
  [
    'totals in another order than the calls',
    [line(0, 9, add(1), 3), line(1, 9, add(2), 2), line(10, 11, getCounter, 3)],
  ],
  ['a lost increment in the middle', [line(0, 1, add(1), 1), lost(1, add(5)), line(2, 3, add(1), 7)]],
  ['a value that was not applied and is not seen', [lost(0, set('x'), 'not-applied'), line(1, 2, get, null)]],
  [
    'an update that saw what it replaced',
    [line(0, 1, set('x')), line(2, 3, { kind: 'update', seen: 'x', next: null }, true)],
  ],
];

const REFUTED: [string, Operation[]][] = [
  ['a stale read', [line(0, 1, set('x')), line(2, 3, set('y')), line(4, 5, get, 'x')]],
  ['a value from nowhere', [line(0, 1, get, 'x')]],
  ['a read before its write began', [line(0, 1, get, 'x'), line(2, 3, set('x'))]],
  // The same, section 1: what one reader has seen, a later reader may not unsee.
  ['a write that is seen and later not seen', [line(0, 10, set('x')), line(1, 2, get, 'x'), line(3, 4, get, null)]],
  [
    'two readers that see two writes in opposite orders',
    [
      ...[line(0, 20, set('x')), line(0, 20, set('y'))],
      ...[line(1, 2, get, 'x'), line(3, 4, get, 'y'), line(5, 6, get, 'x')],
    ],
  ],
  ['two winners of one swap', [line(0, 5, swap(null, 'x'), true), line(0, 5, swap(null, 'y'), true)]],
  ['no winner', [line(0, 5, swap(null, 'x'), false), line(0, 5, swap(null, 'y'), false)]],
  ['a lost call seen before it was made', [line(0, 1, get, 'x'), lost(2, set('x'))]],
  ['a lost call that takes place twice', [lost(0, add(1)), line(1, 2, getCounter, 2)]],
  ['one total returned twice', [line(0, 5, add(1), 1), line(0, 5, add(1), 1)]],
  ['a value that was not applied but is seen', [lost(0, set('x'), 'not-applied'), line(1, 2, get, 'x')]],
  ['one state deleted twice', [line(0, 1, set('x')), line(2, 9, remove, true), line(2, 9, remove, true)]],
  [
    'an update of a state that was gone',
    [line(0, 1, set('x')), line(2, 3, { kind: 'update', seen: null, next: 'y' }, true)],
  ],
];

describe('a history of one key', () => {
  it.each(ACCEPTED)('is accepted if it has %s', (_, history) => {
    expect(isLinearizable(history)).toBe(true);
    expect(isLinearizable(history.toReversed())).toBe(true);
  });

  it.each(REFUTED)('is refuted if it has %s', (_, history) => {
    expect(isLinearizable(history)).toBe(false);
    expect(isLinearizable(history.toReversed())).toBe(false);
  });

  it('is never accepted because the search reached its limit', () => {
    const many = Array.from({ length: 16 }, (_, index) => lost(0, add(2 ** index)));
    const history = [...many, line(1, 2, getCounter, -1)];
    expect(() => isLinearizable(history, 1000)).toThrow(SearchLimitError);
    expect(isLinearizable(history)).toBe(false);
  });

  it('is decided although a hundred calls that do the same are lost', () => {
    const history = [...Array.from({ length: 100 }, () => lost(0, add(1))), line(1, 2, getCounter, 101)];
    expect(isLinearizable(history, 1000)).toBe(false);
    expect(isLinearizable([...history, lost(0, add(1))], 1000)).toBe(true);
  });

  it('is decided although thirty values that no call reads were lost', () => {
    const history = Array.from({ length: 30 }, (_, index) => lost(0, set(`${index}`)));
    expect(isLinearizable([...history, line(1, 2, get, 'x')], 1000)).toBe(false);
  });
});

describe('a history of many keys', () => {
  const onKey = (key: string, operation: Operation): Operation => ({ ...operation, key });
  const refuted = [line(0, 1, set('x')), line(2, 3, set('y')), line(6, 7, get, 'x')];

  it('is accepted where each key is', () => {
    const history = [onKey('state:a', line(0, 1, set('x'))), onKey('state:b', line(2, 3, get, null))];
    expect(checkHistory(history)).toEqual({ isLinearizable: true });
  });

  it('is refuted by the key that is, with no more evidence than it takes', () => {
    const noise = [line(4, 5, set('z')), line(4, 5, get, 'z'), line(8, 9, get, 'z'), lost(4, set('w'))];
    const history = [...refuted, ...noise].map((operation) => onKey('state:b', operation));
    const verdict = checkHistory([onKey('state:a', line(0, 1, set('x'))), ...history]);
    expect(describeVerdict(verdict)).toMatch(
      /^state:b: no order .*\n.*set\(next: "x"\).*\n.*get\(\) -> "x"\n.*and \d/s,
    );
  });

  it('shows the call that was reported as not applied but was applied', () => {
    const history = [
      line(0, 1, set('x')),
      lost(2, set('y'), 'not-applied'),
      line(3, 4, get, 'y'),
      line(3, 5, get, 'y'),
    ];
    expect(describeVerdict(checkHistory(history))).toBe(
      [
        'state:a: no order of these calls gives these results:',
        '  client any  0.000 to ? ms  set(next: "y") -> not-applied',
        '  client any  0.000 to 0.000 ms  get() -> "y"',
        '  and 1 more: whether and when they took place makes no difference',
      ].join('\n'),
    );
  });
});
