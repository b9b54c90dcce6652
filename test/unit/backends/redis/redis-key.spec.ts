import { describe, expect, it } from '@jest/globals';
import { escapeGlob, isStoredIdentifier, RedisKeys } from '../../../../src/backends/redis/redis-key.js';

describe('the keys of Redis', () => {
  it('FMT-2 are namespace and identifier with a sign between that tells states from counters', () => {
    const keys = new RedisKeys(undefined);
    expect(keys.of({ namespace: 'fsm', kind: 'state', identifier: 'chat:1' })).toBe('fsm:chat:1');
    expect(keys.of({ namespace: 'fsm', kind: 'counter', identifier: 'chat:1' })).toBe('fsm#chat:1');
  });

  it.each([
    ['fsm', 'bot:a'],
    ['fsm.orders', 'bot.orders:a'],
    ['fsmx', 'bot/fsmx:a'],
    ['bot', 'bot/bot:a'],
  ])('NS-1 FMT-2 with a prefix, namespace %s has a place of its own', (namespace, key) => {
    expect(new RedisKeys({ text: 'bot', namespace: 'fsm' }).state(namespace, 'a')).toBe(key);
  });

  it('FMT-2 only with a prefix may an identifier be a counter of kurigram-addons', () => {
    const prefixed = new RedisKeys({ text: 'bot', namespace: 'fsm' });
    expect(prefixed.mayBeLegacyCounter('__ctr__:a')).toBe(true);
    expect(prefixed.mayBeLegacyCounter('__rl__:a')).toBe(true);
    expect(prefixed.mayBeLegacyCounter('a__ctr__:a')).toBe(false);
    expect(new RedisKeys(undefined).mayBeLegacyCounter('__ctr__:a')).toBe(false);
  });

  it('a text becomes a glob that means itself', () => {
    expect(escapeGlob('a*b?c[d]e\\f^-g')).toBe('a\\*b\\?c\\[d\\]e\\\\f^-g');
  });

  it('ID-1 tell what no identifier can be', () => {
    expect(['a', 'é'.repeat(256)].map(isStoredIdentifier)).toEqual([true, true]);
    expect(['', 'a\0', 'é'.repeat(257)].map(isStoredIdentifier)).toEqual([false, false, false]);
  });
});
