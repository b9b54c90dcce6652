import { type Clock, systemClock } from '../contract/clock.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';
import { isNamespace, isTtlSeconds, NAMESPACE_EXPECTED, TTL_EXPECTED } from '../rules/arguments.js';
import { readLayers } from './prepare-driver.js';
import type { OptionsReader } from '../toolkit/options-reader.js';
import { sharedClass } from '../errors/shared-class.js';

/** The options of every storage, whatever its backend. */
export interface StorageOptions {
  /**
   * Separates the identifiers of this storage from others in the same backend; 1 to 64 characters of
   * `A-Z a-z 0-9 . _ -`.
   * @defaultValue 'fsm'
   */
  readonly namespace?: string | undefined;
  /**
   * Seconds until a state or new counter expires when its write has no ttl; 0 (never) to 100 years.
   * @defaultValue 0
   */
  readonly defaultTtl?: number | undefined;
  /**
   * The largest state, in bytes of canonical JSON; a whole number from 2.
   * @defaultValue 1048576
   */
  readonly maxStateBytes?: number | undefined;
  /**
   * Milliseconds after which `health` returns false; 1 to 2147483647.
   * @defaultValue 1000
   */
  readonly healthTimeout?: number | undefined;
  /**
   * Milliseconds between two sweeps of expired entries; 10 to 2147483647.
   * @defaultValue 30000
   */
  readonly sweepInterval?: number | undefined;
  /**
   * Decides which entries have expired in memory and SQLite. Database servers use their own clock.
   * @defaultValue the machine's clock
   */
  readonly clock?: Clock | undefined;
  /**
   * Wrapped around each call of the driver, the first one outermost: {@link telemetry}, {@link circuitBreaker},
   * {@link timeout}, or your own {@link DriverLayer}.
   * @defaultValue none
   */
  readonly layers?: readonly DriverLayer[] | undefined;
  /**
   * Called with errors that have no caller: a connection that broke while idle, a sweep that failed.
   * @defaultValue ignores them; call `health` for the state of the backend
   */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined;
}

/** The options with every default filled in. */
type StorageSettings = { readonly [Name in keyof StorageOptions]-?: NonNullable<StorageOptions[Name]> };

/**
 * Options that were validated already. A class, so that `FsmStorage` recognizes options that a backend's constructor
 * has resolved together with its own and does not read them again.
 */
@sharedClass('ResolvedStorageOptions')
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
