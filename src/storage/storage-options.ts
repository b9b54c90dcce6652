import { type Clock, systemClock } from '../contract/clock.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';
import { isTtlSeconds, TTL_EXPECTED } from '../rules/expiry.js';
import { isNamespace, NAMESPACE_EXPECTED } from '../rules/namespace.js';
import { readLayers } from './apply-layers.js';
import type { OptionsReader } from '../toolkit/options-reader.js';

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
type StorageSettings = { readonly [Name in keyof StorageOptions]-?: NonNullable<StorageOptions[Name]> };

/**
 * Options that were validated already. A class, so that `FsmStorage` recognizes options that a backend's constructor
 * has resolved together with its own and does not read them again.
 */
export class ResolvedStorageOptions implements StorageSettings {
  declare readonly namespace: string;
  declare readonly defaultTtl: number;
  declare readonly maxStateBytes: number;
  declare readonly healthTimeout: number;
  declare readonly sweepInterval: number;
  declare readonly clock: Clock;
  declare readonly layers: readonly DriverLayer[];
  declare readonly onBackgroundError: (error: unknown) => void;

  constructor(settings: StorageSettings) {
    Object.assign(this, settings);
  }
}

const DEFAULTS: StorageSettings = Object.freeze({
  namespace: 'fsm',
  defaultTtl: 0,
  maxStateBytes: 1024 * 1024,
  healthTimeout: 1000,
  sweepInterval: 30_000,
  clock: systemClock,
  layers: Object.freeze([]),
  onBackgroundError: () => {},
});

/** Reads the common options. Problems go to the reader, whose `finish` reports them with the backend's own. */
export function readStorageOptions(reader: OptionsReader): ResolvedStorageOptions {
  return new ResolvedStorageOptions({
    namespace: reader.value('namespace', NAMESPACE_EXPECTED, isNamespace) ?? DEFAULTS.namespace,
    defaultTtl: reader.value('defaultTtl', TTL_EXPECTED, isTtlSeconds) ?? DEFAULTS.defaultTtl,
    maxStateBytes: reader.integer('maxStateBytes', { min: 2 }) ?? DEFAULTS.maxStateBytes,
    healthTimeout: reader.integer('healthTimeout', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.healthTimeout,
    sweepInterval: reader.integer('sweepInterval', { min: 10, max: MAX_TIMER_MS }) ?? DEFAULTS.sweepInterval,
    clock: reader.clock('clock') ?? DEFAULTS.clock,
    layers: readLayers(reader) ?? DEFAULTS.layers,
    onBackgroundError:
      reader.callback<StorageSettings['onBackgroundError']>('onBackgroundError') ?? DEFAULTS.onBackgroundError,
  });
}
