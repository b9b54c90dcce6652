import { describe, expect, it } from '@jest/globals';
import { escapeGlob, isStoredIdentifier, RedisKeys } from '../../../../src/backends/redis/redis-key.js';

describe('the keys of Redis', () => {
  it('FMT-2 join namespace and identifier with `:` for states and `#` for counters', () => {
    const keys = new RedisKeys(undefined);
    expect(keys.of({ namespace: 'fsm', kind: 'state', identifier: 'chat:1' })).toBe('fsm:chat:1');
    expect(keys.of({ namespace: 'fsm', kind: 'counter', identifier: 'chat:1' })).toBe('fsm#chat:1');
  });

  it.each([
    ['fsm', 'bot:a'],
    ['fsm.orders', 'bot.orders:a'],
    ['fsmx', 'bot/fsmx:a'],
    ['bot', 'bot/bot:a'],
  ])(
    'NS-1 FMT-2 with a prefix, the keys of namespace %s start differently from those of all others',
    (namespace, key) => {
      expect(new RedisKeys({ text: 'bot', namespace: 'fsm' }).of({ namespace, kind: 'state', identifier: 'a' })).toBe(
        key,
      );
    },
  );

  it('escapes a text so that it matches only itself', () => {
    expect(escapeGlob('a*b?c[d]e\\f^-g')).toBe('a\\*b\\?c\\[d\\]e\\\\f^-g');
  });

  it('ID-1 reject key endings that cannot be an identifier', () => {
    expect(['a', 'é'.repeat(256)].map(isStoredIdentifier)).toEqual([true, true]);
    expect(['', 'a\0', 'é'.repeat(257)].map(isStoredIdentifier)).toEqual([false, false, false]);
  });
});
