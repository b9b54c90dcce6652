import type { DriverLayer } from '../contract/driver-layer.js';
import type { Awaitable, EntryKind, StorageDriver } from '../contract/storage-driver.js';
import type { ErrorCode } from '../errors/fsm-storage.error.js';
import { aroundEveryCall, type DriverCall } from './around-every-call.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { type MonotonicClock, monotonicClock } from '../contract/clock.js';
import { loadOpenTelemetry, type OpenTelemetry } from './open-telemetry.js';
import { ignoreErrors, whenSettled } from '../toolkit/awaitable.js';
import type { DriverVerb } from '../contract/operations.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';

/** The options of {@link telemetry}. */
export interface TelemetryOptions {
  /**
   * Whether to send spans and metrics to the app's OpenTelemetry. Requires `@opentelemetry/api`.
   * @defaultValue true
   */
  readonly openTelemetry?: boolean | undefined;
  /**
   * Called after each call of the backend, with its result. Requires no package. Its errors are ignored.
   * @defaultValue none
   */
  readonly onEvent?: ((event: StorageEvent) => void) | undefined;
  /**
   * Whether spans and events contain identifiers. They never contain state data.
   * @defaultValue false
   */
  readonly recordIdentifiers?: boolean | undefined;
  /**
   * Measures the duration of calls; must never step back.
   * @defaultValue `performance.now`
   */
  readonly clock?: MonotonicClock | undefined;
}

type Settings = Required<{ readonly [Name in keyof TelemetryOptions]: NonNullable<TelemetryOptions[Name]> }>;

const DEFAULTS: Settings = Object.freeze({
  openTelemetry: true,
  onEvent: () => {},
  recordIdentifiers: false,
  clock: monotonicClock,
});

/**
 * A layer that reports the duration and the result of each call of the backend: as spans and the metric
 * `db.client.operation.duration` of OpenTelemetry, and as events to your function. Errors of either never affect the call.
 *
 * Without `@opentelemetry/api`, `start()` rejects with {@link MissingDependencyError}; for events only, set
 * `openTelemetry: false`.
 * @throws {@link InvalidOptionsError} when an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { MemoryStorage, telemetry } from 'nestjs-fsm-storage';
 *
 * const slow = telemetry({
 *   openTelemetry: false,
 *   onEvent: ({ operation, durationMs, outcome }) => {
 *     if (durationMs > 100) console.warn(`${operation} took ${durationMs} ms: ${outcome}`);
 *   },
 * });
 * const storage = new MemoryStorage({ layers: [slow] });
 * ```
 */
export function telemetry(options: TelemetryOptions = {}): DriverLayer {
  const reader = new OptionsReader('telemetry', options);
  const settings: Settings = {
    openTelemetry: reader.flag('openTelemetry') ?? DEFAULTS.openTelemetry,
    onEvent: reader.callback<Settings['onEvent']>('onEvent') ?? DEFAULTS.onEvent,
    recordIdentifiers: reader.flag('recordIdentifiers') ?? DEFAULTS.recordIdentifiers,
    clock: reader.clock('clock') ?? DEFAULTS.clock,
  };
  reader.finish();
  return { name: 'telemetry', around: (driver) => telemetryAround(driver, settings) };
}

function telemetryAround<Encoded>(driver: StorageDriver<Encoded>, settings: Settings): StorageDriver<Encoded> {
  const observer = new CallObserver(driver.backend, settings);
  return aroundEveryCall(driver, (call, proceed) => observer.around(call, proceed));
}

/** Reports the calls of one storage. */
class CallObserver {
  readonly #backend: string;
  readonly #settings: Settings;
  /** Loaded in `open`, so `open` and `close` have no span. */
  #openTelemetry: OpenTelemetry | undefined;

  constructor(backend: string, settings: Settings) {
    this.#backend = backend;
    this.#settings = settings;
  }

  around<T>(call: DriverCall, proceed: () => Awaitable<T>): Awaitable<T> {
    switch (call.verb) {
      case 'open':
        return this.#observe(call, () => this.#openWith(proceed));
      case 'close':
        this.#openTelemetry = undefined;
        return this.#observe(call, proceed);
      default:
        return this.#observe(call, proceed);
    }
  }

  /** Opens the driver first: if the package cannot be loaded, `close` follows and must have an open driver to close. */
  async #openWith<T>(proceed: () => Awaitable<T>): Promise<T> {
    const opened = await proceed();
    if (this.#settings.openTelemetry) this.#openTelemetry = await loadOpenTelemetry(this.#backend);
    return opened;
  }

  #observe<T>(call: DriverCall, proceed: () => Awaitable<T>): Awaitable<T> {
    const { clock } = this.#settings;
    const observation = ignoreErrors(() => this.#openTelemetry?.observe(call, this.#settings));
    const work = observation === undefined ? proceed : () => observation.within(proceed);
    const startedAt = clock.now();
    const end = (errorCode?: ErrorCode): void => {
      const durationMs = clock.now() - startedAt;
      observation?.end(durationMs, errorCode);
      ignoreErrors(() => this.#settings.onEvent(this.#eventOf(call, durationMs, errorCode ?? 'ok')));
    };
    return whenSettled(work, { succeed: end, fail: (error) => end(errorCodeOf(error)) });
  }

  #eventOf({ verb, namespace, kind, identifiers }: DriverCall, durationMs: number, outcome: StorageEvent['outcome']) {
    const named = this.#settings.recordIdentifiers ? identifiers : undefined;
    return { operation: verb, backend: this.#backend, namespace, kind, identifiers: named, durationMs, outcome };
  }
}

/** The event of one call of a backend, or of one batch of a listing or clearing, see {@link TelemetryOptions.onEvent}. */
export interface StorageEvent {
  /** The verb of the driver, e.g. `compareAndSet`. */
  readonly operation: DriverVerb;
  /** The name of the backend, e.g. `redis`. */
  readonly backend: string;
  /** undefined: the call concerns the whole backend, as `ping` does. */
  readonly namespace: string | undefined;
  /** undefined: the call concerns neither states nor counters. */
  readonly kind: EntryKind | undefined;
  /** undefined unless `recordIdentifiers` is set and the call has identifiers. */
  readonly identifiers: readonly string[] | undefined;
  /** Milliseconds, with fractions. */
  readonly durationMs: number;
  /** `ok`, also for a lost race, or the `code` of the error. */
  readonly outcome: 'ok' | ErrorCode;
}

/** The code that the caller gets: an error that is not an `FsmStorageError` becomes `StorageUnavailableError` (rule ER-4). */
function errorCodeOf(error: unknown): ErrorCode {
  return isFsmStorageError(error) ? error.code : 'UNAVAILABLE';
}
