import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_TIMER_MS } from '../toolkit/time-limit.js';
import { isFailureOfBackend } from '../errors/backend-errors.js';
import { OptionsReader } from '../toolkit/options-reader.js';
import type { StartRetryOptions } from './common-module-options.js';

/** How often and how fast a failed start is tried again. */
export interface StartRetry {
  readonly attempts: number;
  /** Milliseconds between two attempts. */
  readonly delay: number;
}

/** As in `@nestjs/typeorm`: nearly half a minute for a database that boots beside the app. */
const DEFAULTS: StartRetry = Object.freeze({ attempts: 9, delay: 3000 });

/** Reads the options of `StartRetryOptions`; problems go to the reader. */
export function readStartRetry(reader: OptionsReader): StartRetry {
  return {
    attempts: reader.integer('retryAttempts', { min: 0 }) ?? DEFAULTS.attempts,
    delay: reader.integer('retryDelay', { min: 0, max: MAX_TIMER_MS }) ?? DEFAULTS.delay,
  };
}

/** Fills in the defaults. */
export function resolveStartRetry({ retryAttempts, retryDelay }: StartRetryOptions): StartRetry {
  const reader = new OptionsReader('FsmStorageModule', { retryAttempts, retryDelay });
  const retry = readStartRetry(reader);
  reader.finish();
  return retry;
}

/** What `startWithRetry` reports to and is stopped by. */
export interface StartRetryContext {
  /** Called before each wait. */
  readonly onRetry: (error: unknown, attemptsLeft: number) => void;
  /** Ends the waiting: the app is closing. */
  readonly signal: AbortSignal;
}

/** Calls `start` until it succeeds, the attempts are used up or waiting cannot help; then rejects with its last error. */
export async function startWithRetry(
  start: () => Promise<void>,
  retry: StartRetry,
  { onRetry, signal }: StartRetryContext,
): Promise<void> {
  for (let attemptsLeft = retry.attempts; ; attemptsLeft -= 1) {
    try {
      return await start();
    } catch (error) {
      if (attemptsLeft === 0 || !isFailureOfBackend(error) || signal.aborted) throw error;
      onRetry(error, attemptsLeft);
      // Not unref'ed: while the app boots nothing else may keep the process alive, and it would end in silence.
      const isClosing = await sleep(retry.delay, false, { signal }).catch(() => true);
      if (isClosing) throw error;
    }
  }
}
