import { describe, expect, it } from '@jest/globals';
import { withoutLegacyCounters } from '../../../../src/backends/redis/kurigram-layout.js';

describe('withoutLegacyCounters', () => {
  it('FMT-2 removes identifiers of kurigram-addons counters whose value is a bare number', async () => {
    const values = new Map([
      ['__ctr__:a', '7'],
      ['__rl__:a', '0'],
      ['__ctr__:state', '{"name":"Order:cart"}'],
    ]);
    const identifiers = ['a__ctr__:a', ...values.keys(), 'chat:1'];
    const readStates = (names: readonly string[]): Promise<(string | null)[]> =>
      Promise.resolve(names.map((name) => values.get(name) ?? null));
    expect(await withoutLegacyCounters(identifiers, readStates)).toEqual(['a__ctr__:a', '__ctr__:state', 'chat:1']);
  });

  it('FMT-2 reads no state if no identifier can be such a counter', async () => {
    const readStates = (): Promise<never> => Promise.reject(new Error('not expected'));
    expect(await withoutLegacyCounters(['chat:1', 'a__ctr__:a'], readStates)).toEqual(['chat:1', 'a__ctr__:a']);
  });
});
