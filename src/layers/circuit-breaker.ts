import type { DriverLayer } from '../contract/driver-layer.js';
import type { Awaitable, StorageDriver } from '../contract/storage-driver.js';
import { CircuitOpenError, concernsOneCall, isFailureOfBackend } from '../errors/backend-errors.js';
import { Circuit, type CircuitState, type CircuitLimits } from './circuit.js';
import { type AroundCall, aroundEveryCall, type DriverCall } from './around-every-call.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';
import { type MonotonicClock, monotonicClock } from './monotonic-clock.js';
import { ignoreErrors, whenSettled } from '../toolkit/awaitable.js';

/** The options of `circuitBreaker`. */
export interface CircuitBreakerOptions {
  /**
   * Failures of the backend in a row that open the circuit; from 1.
   * @defaultValue 5
   */
  readonly failures?: number | undefined;
  /**
   * Milliseconds from the opening, or from a probe that failed, until a call may try the backend again; 1 to
   * 2147483647. A probe that takes longer is taken for lost, and the next call is the probe.
   * @defaultValue 500
   */
  readonly probeIntervalMs?: number | undefined;
  /**
   * Is told when the circuit opens, lets a probe through (`half-open`) and closes. What it throws is ignored.
   * @defaultValue nobody is told
   */
  readonly onStateChange?: ((change: CircuitStateChange) => void) | undefined;
  /**
   * Measures the interval. Must never step back.
   * @defaultValue the time of this process, `performance.now`
   */
  readonly clock?: MonotonicClock | undefined;
}

/** A circuit has gone from one state to another. */
export interface CircuitStateChange {
  /** E.g. `redis`. */
  readonly backend: string;
  readonly from: CircuitState;
  /** `open`: calls are refused; `half-open`: one is let through; `closed`: all are. */
  readonly to: CircuitState;
}

/** Half a second: a service is back well within a second of its server, and a server that is down is asked twice in one. */
const DEFAULTS: CircuitLimits = Object.freeze({ failures: 5, probeIntervalMs: 500 });

/**
 * Spares callers the wait for a backend that is down: after some failures in a row, calls are refused at once with
 * `CircuitOpenError`, but for one probe at a time, until the backend has answered. Only failures of the backend count,
 * never what it answered, such as a lost race or a damaged state, nor those with the scope `call`. Each storage has a circuit of its own.
 *
 * `health()` always asks the backend, and closes the circuit when it answers. `start()` is never refused.
 * @throws InvalidOptionsError
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
      const tell = (from: CircuitState, to: CircuitState): void => {
        ignoreErrors(() => onStateChange?.({ backend: driver.backend, from, to }));
      };
      return breakerAround(driver, new Circuit({ failures, probeIntervalMs }, clock, tell));
    },
  };
}

function breakerAround<Encoded>(driver: StorageDriver<Encoded>, circuit: Circuit): StorageDriver<Encoded> {
  const through: AroundCall = (call, proceed) => {
    switch (call.verb) {
      case 'open': // A connection that has just been made is the best of proofs.
        return whenSettled(proceed, { succeed: () => circuit.close() });
      case 'ping': {
        const pass = circuit.watch();
        return whenSettled(proceed, { succeed: () => circuit.recover(pass) });
      }
      case 'close':
      case 'sweep': // In the background, where nobody waits; and some drivers answer it without their server.
        return proceed();
      default:
        return throughCircuit(circuit, proceed, () => refusal(driver.backend, call, circuit.retryAfterMs));
    }
  };
  return aroundEveryCall(driver, through);
}

function throughCircuit<T>(circuit: Circuit, proceed: () => Awaitable<T>, refuse: () => Error): Awaitable<T> {
  const pass = circuit.enter();
  if (pass === undefined) throw refuse();
  return whenSettled(proceed, {
    succeed: () => circuit.succeed(pass),
    fail: (error) => {
      // It may not even have reached the backend: no proof of anything.
      if (concernsOneCall(error)) return;
      if (isFailureOfBackend(error)) circuit.fail(pass);
      else circuit.succeed(pass);
    },
  });
}

function refusal(backend: string, { verb }: DriverCall, remainingMs: number): CircuitOpenError {
  const retryAfterMs = Math.ceil(remainingMs);
  return new CircuitOpenError(
    `${verb}: the ${backend} backend has failed several times in a row, so it was not asked and nothing was changed. ` +
      `Try again in ${retryAfterMs} ms.`,
    { retryAfterMs },
  );
}
