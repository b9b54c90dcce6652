import { isPending } from '../toolkit/awaitable.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import type { DriverVerb } from '../contract/operations.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { MAX_TIMER_MS, within } from '../toolkit/time-limit.js';
import { StorageTimeoutError } from '../errors/backend-errors.js';
import { aroundEveryCall, type DriverCall, outcomeOfFailure } from './around-every-call.js';

/** The options of {@link timeout}. */
export interface TimeoutOptions {
  /** The limit for one call of the backend, and for each batch of a listing or clearing, in milliseconds; 1 to 2147483647. */
  readonly timeoutMs: number;
}

/** After a timeout, a connection that opens late would stay open, and a late close would be lost. Drivers limit both themselves. */
const UNLIMITED: ReadonlySet<DriverVerb> = new Set(['open', 'close'] as const);

/**
 * A layer that rejects a call of the backend that takes too long with {@link StorageTimeoutError}. The outcome is
 * `not-applied` for a read and `unknown` for a write, which the backend may still apply. Starting and stopping are not
 * limited.
 * @throws {@link InvalidOptionsError} when an option is wrong or unknown
 *
 * @example
 * ```ts
 * import { MemoryStorage, timeout } from 'nestjs-fsm-storage';
 *
 * const storage = new MemoryStorage({ layers: [timeout({ timeoutMs: 2000 })] });
 * ```
 */
export function timeout(options: TimeoutOptions): DriverLayer {
  const reader = new OptionsReader('timeout', options);
  reader.integer('timeoutMs', { min: 1, max: MAX_TIMER_MS }, 'required');
  reader.finish();
  const { timeoutMs } = options;
  return {
    name: 'timeout',
    around: (driver) =>
      aroundEveryCall(driver, (call, proceed) => {
        const result = proceed();
        if (UNLIMITED.has(call.verb) || !isPending(result)) return result;
        return within(timeoutMs, result, () => timeoutError(driver.backend, call, timeoutMs));
      }),
  };
}

function timeoutError(backend: string, call: DriverCall, timeoutMs: number): StorageTimeoutError {
  const outcome = outcomeOfFailure(call);
  const advice =
    outcome === 'unknown' ? ' It may have been applied: read before you try again.' : ' Nothing was changed.';
  return new StorageTimeoutError(
    `The ${backend} driver did not finish ${call.verb} within ${timeoutMs} ms (timeoutMs).${advice}`,
    { outcome },
  );
}
