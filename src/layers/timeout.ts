import { isPending } from '../toolkit/awaitable.js';
import type { DriverLayer } from '../contract/driver-layer.js';
import type { DriverVerb } from '../contract/operations.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import { MAX_TIMER_MS, within } from '../toolkit/time-limit.js';
import { StorageTimeoutError } from '../errors/backend-errors.js';
import { aroundEveryCall, type DriverCall, outcomeOfFailure } from './around-every-call.js';

/** The options of `timeout`. */
export interface TimeoutOptions {
  /** Milliseconds one call of the backend may take, and each batch of a listing or clearing; 1 to 2147483647. */
  readonly timeoutMs: number;
}

/**
 * What opens late would stay open when it is given up, and what closes late is not closed: drivers limit both by
 * themselves.
 */
const UNLIMITED: ReadonlySet<DriverVerb> = new Set(['open', 'close'] as const);

/**
 * Gives up a call of the backend that takes too long, with `StorageTimeoutError`: `not-applied` for a read, `unknown`
 * for a write, which the backend may still carry out. Starting and stopping are not limited.
 * @throws InvalidOptionsError
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
        const answer = proceed();
        if (UNLIMITED.has(call.verb) || !isPending(answer)) return answer;
        return within(timeoutMs, answer, () => lateAnswer(driver.backend, call, timeoutMs));
      }),
  };
}

function lateAnswer(backend: string, call: DriverCall, timeoutMs: number): StorageTimeoutError {
  const outcome = outcomeOfFailure(call);
  const advice =
    outcome === 'unknown' ? ' It may have been applied: read before you try again.' : ' Nothing was changed.';
  return new StorageTimeoutError(
    `The ${backend} driver did not finish ${call.verb} within ${timeoutMs} ms (timeoutMs).${advice}`,
    { outcome },
  );
}
