import { describe, expect, it } from '@jest/globals';
import { InvalidTtlError } from '../../../src/errors/usage-errors.js';
import {
  MAX_TTL_SECONDS,
  resolveCounterExpiry,
  resolveExpiry,
  resolveStateExpiry,
} from '../../../src/rules/arguments.js';

const NOW = 1_000_000;
const clock = { now: () => NOW };

describe('expiry', () => {
  it.each([
    [1, 1000],
    [0.0015, 2],
    [0.0001, 1],
    [MAX_TTL_SECONDS, MAX_TTL_SECONDS * 1000],
  ])('TTL-1 takes %d seconds as %d whole milliseconds', (ttl, ttlMs) => {
    expect(resolveExpiry(ttl, clock)).toMatchObject({ ttlMs, expiresAt: NOW + ttlMs });
  });

  it('TTL-1 takes 0 as never, whatever the default', () => {
    expect(resolveStateExpiry(0, 60, clock)).toEqual({ ttlMs: null, expiresAt: null, onLive: 'replace' });
  });

  it("TTL-1 falls back to the default, and keeps a live deadline only with 'keep'", () => {
    const byDefault = { ttlMs: 60_000, expiresAt: NOW + 60_000 };
    expect(resolveStateExpiry(undefined, 60, clock)).toEqual({ ...byDefault, onLive: 'replace' });
    expect(resolveStateExpiry('keep', 60, clock)).toEqual({ ...byDefault, onLive: 'keep' });
  });

  it('CNT-3 keeps a live counter’s deadline without ttl or with refresh: false', () => {
    expect(resolveCounterExpiry(undefined, true, 60, clock).onLive).toBe('keep');
    expect(resolveCounterExpiry(5, false, 60, clock)).toEqual({ ttlMs: 5000, expiresAt: NOW + 5000, onLive: 'keep' });
    expect(resolveCounterExpiry(5, true, 60, clock).onLive).toBe('replace');
  });

  it.each([-1, Number.NaN, Infinity, MAX_TTL_SECONDS + 1, '5', null])('TTL-1 rejects %p', (ttl) => {
    expect(() => resolveExpiry(ttl as number, clock)).toThrow(InvalidTtlError);
    expect(() => resolveStateExpiry(ttl as number, 0, clock)).toThrow(/ttl: expected seconds from 0/);
  });
});
