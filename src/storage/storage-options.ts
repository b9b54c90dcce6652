import { type Clock, systemClock } from '../contract/clock.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import { MAX_TIMER_MS } from '../contract/time-limit.js';
import { isTtlSeconds, TTL_EXPECTED } from '../rules/expiry.js';
import { isNamespace, NAMESPACE_EXPECTED } from '../rules/namespace.js';
import { readLayers } from './layers.js';
import type { OptionsReader } from './options-reader.js';

/** The options every storage takes, whatever its backend. */
export interface StorageOptions {
  /**
   * What separates this storage's identifiers from others' in the same backend; 1 to 64 of `A-Z a-z 0-9 . _ -`.
   * @defaultValue 'fsm'
   */
  readonly namespace?: string | undefined;
  /**
   * Seconds until a state or new counter expires when its write names no ttl; 0: never.
   * @defaultValue 0
   */
  readonly defaultTtl?: number | undefined;
  /**
   * The largest state, in bytes of canonical JSON; from 2.
   * @defaultValue 1048576
   */
  readonly maxStateBytes?: number | undefined;
  /**
   * Milliseconds within which `health` answers; from 1.
   * @defaultValue 1000
   */
  readonly healthTimeout?: number | undefined;
  /**
   * Milliseconds between two sweeps of expired entries; from 10.
   * @defaultValue 30000
   */
  readonly sweepInterval?: number | undefined;
  /**
   * Decides what has expired in memory and SQLite.
   * @defaultValue the machine's clock
   */
  readonly clock?: Clock | undefined;
  /**
   * What is done around each call of the driver, the first outermost: `telemetry`, `circuitBreaker`, `timeout`, your own.
   * @defaultValue none
   */
  readonly layers?: readonly DriverLayer[] | undefined;
  /**
   * Takes errors that have no caller: a connection that broke while idle, a sweep that failed.
   * @defaultValue ignores them; `health` tells the state of the backend
   */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined;
}

/** The options with every default filled in. */
export type ResolvedStorageOptions = { readonly [Name in keyof StorageOptions]-?: NonNullable<StorageOptions[Name]> };

const DEFAULTS: ResolvedStorageOptions = Object.freeze({
  namespace: 'fsm',
  defaultTtl: 0,
  maxStateBytes: 1024 * 1024,
  healthTimeout: 1000,
  sweepInterval: 30_000,
  clock: systemClock,
  layers: Object.freeze([]),
  onBackgroundError: () => {},
});

/** Reads the common options; problems go to the reader, whose `finish` reports them with the backend's own. */
export function readStorageOptions(reader: OptionsReader): ResolvedStorageOptions {
  return {
    namespace: reader.object('namespace', NAMESPACE_EXPECTED, isNamespace) ?? DEFAULTS.namespace,
    defaultTtl: reader.object('defaultTtl', TTL_EXPECTED, isTtlSeconds) ?? DEFAULTS.defaultTtl,
    maxStateBytes: reader.integer('maxStateBytes', { min: 2 }) ?? DEFAULTS.maxStateBytes,
    healthTimeout: reader.integer('healthTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.healthTimeout,
    sweepInterval: reader.integer('sweepInterval', { min: 10, max: MAX_TIMER_MS }) ?? DEFAULTS.sweepInterval,
    clock: reader.object('clock', 'an object with now()', isClock) ?? DEFAULTS.clock,
    layers: readLayers(reader) ?? DEFAULTS.layers,
    onBackgroundError: reader.object('onBackgroundError', 'a function', isErrorHandler) ?? DEFAULTS.onBackgroundError,
  };
}

function isClock(value: unknown): value is Clock {
  return typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'function';
}

function isErrorHandler(value: unknown): value is (error: unknown) => void {
  return typeof value === 'function';
}
