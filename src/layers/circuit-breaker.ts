import type { DriverLayer } from '../contract/driver-layer.js';
import type { Awaitable, StorageDriver } from '../contract/storage-driver.js';
import { CircuitOpenError, isFailureOfBackend, scopeOf } from '../errors/backend-errors.js';
import { Circuit, type CircuitLimits, type CircuitState } from './circuit.js';
import { type AroundCall, aroundEveryCall, type DriverCall } from './around-every-call.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';
import { type MonotonicClock, monotonicClock } from '../contract/clock.js';
import { ignoreErrors, whenSettled } from '../toolkit/awaitable.js';

/** The options of {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /**
   * Consecutive failures of the backend that open the circuit; a whole number from 1.
   * @defaultValue 5
   */
  readonly failures?: number | undefined;
  /**
   * Milliseconds from the opening, or from a failed probe, until a call is sent to the backend again; 1 to 2147483647. A
   * probe that takes longer counts as lost, and the next call is the probe.
   * @defaultValue 500
   */
  readonly probeIntervalMs?: number | undefined;
  /**
   * Called when the circuit opens, sends a probe (`half-open`) and closes. Its errors are ignored.
   * @defaultValue none
   */
  readonly onStateChange?: ((change: CircuitStateChange) => void) | undefined;
  /**
   * Measures the interval; must never step back.
   * @defaultValue `performance.now`
   */
  readonly clock?: MonotonicClock | undefined;
}

/** A change of the state of a circuit. */
export interface CircuitStateChange {
  /** The name of the backend, e.g. `redis`. */
  readonly backend: string;
  readonly from: CircuitState;
  /** `open`: calls are rejected; `half-open`: one call, the probe, is sent; `closed`: all calls are sent. */
  readonly to: CircuitState;
}

/** With a probe every half second, a service recovers well within a second of its server, and the probes are only two a second. */
const DEFAULTS: CircuitLimits = Object.freeze({ failures: 5, probeIntervalMs: 500 });

/**
 * A layer that spares callers the wait for a backend that is down: after some consecutive failures, calls reject at once with
 * {@link CircuitOpenError}, except for one probe at a time, until the backend responds. Only failures of the backend count:
 * not its responses, such as a lost race, a damaged state or a write that a read-only server rejects, and not errors with the
 * scope `call`. Each storage has a separate circuit.
 *
 * `health()` always calls the backend, and closes the circuit when it responds. `start()` is never rejected.
 * @throws {@link InvalidOptionsError} when an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { circuitBreaker, MemoryStorage, timeout } from 'nestjs-fsm-storage';
 *
 * const storage = new MemoryStorage({
 *   layers: [circuitBreaker({ failures: 3, probeIntervalMs: 250 }), timeout({ timeoutMs: 2000 })],
 * });
 * ```
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): DriverLayer {
  const reader = new OptionsReader('circuitBreaker', options);
  const failures = reader.integer('failures', { min: 1 }) ?? DEFAULTS.failures;
  const probeIntervalMs = reader.integer('probeIntervalMs', { min: 1, max: MAX_TIMER_MS }) ?? DEFAULTS.probeIntervalMs;
  const onStateChange = reader.callback<NonNullable<CircuitBreakerOptions['onStateChange']>>('onStateChange');
  const clock = reader.clock('clock') ?? monotonicClock;
  reader.finish();
  return {
    name: 'circuitBreaker',
    around: (driver) => {
      const notify = (from: CircuitState, to: CircuitState): void => {
        ignoreErrors(() => onStateChange?.({ backend: driver.backend, from, to }));
      };
      return breakerAround(driver, new Circuit({ failures, probeIntervalMs }, clock, notify));
    },
  };
}

function breakerAround<Encoded>(driver: StorageDriver<Encoded>, circuit: Circuit): StorageDriver<Encoded> {
  const through: AroundCall = (call, proceed) => {
    switch (call.verb) {
      case 'open': // A new connection proves that the backend works.
        return whenSettled(proceed, { succeed: () => circuit.close() });
      case 'ping': {
        const admitted = circuit.bypass();
        return whenSettled(proceed, { succeed: () => circuit.recover(admitted) });
      }
      case 'close':
      case 'sweep': // Runs in the background without a caller, and some drivers do nothing for it.
        return proceed();
      default:
        return throughCircuit(circuit, proceed, () => openError(driver.backend, call, circuit.retryAfterMs));
    }
  };
  return aroundEveryCall(driver, through);
}

function throughCircuit<T>(circuit: Circuit, proceed: () => Awaitable<T>, createError: () => Error): Awaitable<T> {
  const admitted = circuit.admit();
  if (admitted === undefined) throw createError();
  return whenSettled(proceed, {
    succeed: () => circuit.succeed(admitted),
    fail: (error) => {
      // The call may not have reached the backend, so it says nothing about it.
      if (scopeOf(error) === 'call') return;
      if (isFailureOfBackend(error) && scopeOf(error) === 'backend') circuit.fail(admitted);
      else circuit.succeed(admitted);
    },
  });
}

function openError(backend: string, { verb }: DriverCall, remainingMs: number): CircuitOpenError {
  const retryAfterMs = Math.ceil(remainingMs);
  return new CircuitOpenError(
    `${verb}: the ${backend} backend has failed several times in a row, so it was not called and nothing was changed. ` +
      `Try again in ${retryAfterMs} ms.`,
    { retryAfterMs },
  );
}
