import type { Ttl } from '../contract/base-storage.js';
import type { Clock } from '../contract/clock.js';
import type { Expiry, WriteExpiry } from '../contract/storage-driver.js';
import { InvalidTtlError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';

/** The longest ttl: 100 years, in seconds. */
export const MAX_TTL_SECONDS = 100 * 365.25 * 24 * 60 * 60;

/** What a ttl may be, in words for an error. */
export const TTL_EXPECTED = 'seconds from 0 (never expires) to 100 years';

/** Whether a value is a number of seconds that a ttl may have (rule TTL-1). */
export function isTtlSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_TTL_SECONDS;
}

/** The deadline of a state that is written (rules TTL-1, TTL-6). */
export function resolveStateExpiry(ttl: Ttl | undefined, defaultTtl: number, clock: Clock): WriteExpiry {
  if (ttl === 'keep') return toExpiry(defaultTtl, clock, 'keep');
  if (ttl === undefined) return toExpiry(defaultTtl, clock, 'replace');
  assertTtlSeconds(ttl, `${TTL_EXPECTED}, or 'keep'`);
  return toExpiry(ttl, clock, 'replace');
}

/** The deadline of a counter that is incremented (rule CNT-3). */
export function resolveCounterExpiry(
  ttl: number | undefined,
  refresh: boolean,
  defaultTtl: number,
  clock: Clock,
): WriteExpiry {
  if (ttl === undefined) return toExpiry(defaultTtl, clock, 'keep');
  assertTtlSeconds(ttl, TTL_EXPECTED);
  return toExpiry(ttl, clock, refresh ? 'replace' : 'keep');
}

/** A deadline given in seconds from now. */
export function resolveExpiry(ttl: number, clock: Clock): Expiry {
  assertTtlSeconds(ttl, TTL_EXPECTED);
  return toExpiry(ttl, clock, 'replace');
}

function assertTtlSeconds(ttl: unknown, expected: string): asserts ttl is number {
  if (!isTtlSeconds(ttl)) throw new InvalidTtlError(`ttl: expected ${expected}, got ${describeValue(ttl)}.`);
}

function toExpiry(ttlSeconds: number, clock: Clock, onLive: WriteExpiry['onLive']): WriteExpiry {
  if (ttlSeconds === 0) return { ttlMs: null, expiresAt: null, onLive };
  const ttlMs = Math.max(1, Math.round(ttlSeconds * 1000));
  return { ttlMs, expiresAt: Math.floor(clock.now()) + ttlMs, onLive };
}
