import { describe, expect, it } from '@jest/globals';
import { matchByKey } from '../../../../../src/backends/typeorm/sqlite/fragments.js';

const ROWS = ['a', 'b', 'c', 'd'].map((identifier) => ({
  key: { namespace: 'fsm', kind: 'state', identifier } as const,
}));

function record(identifier: string): object {
  return { namespace: 'fsm', identifier };
}

describe('matchByKey', () => {
  it('finds what a statement gave for each row, and which it passed over', () => {
    expect(matchByKey(ROWS, [record('b'), record('d')])).toEqual([undefined, record('b'), undefined, record('d')]);
    expect(matchByKey(ROWS, [])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('finds it in any order', () => {
    const records = ['d', 'a', 'c'].map(record);
    expect(matchByKey(ROWS, records)).toEqual([record('a'), undefined, record('c'), record('d')]);
  });

  it('NS-1 takes no record of another namespace', () => {
    expect(matchByKey(ROWS, [{ namespace: 'other', identifier: 'a' }])[0]).toBeUndefined();
  });
});
