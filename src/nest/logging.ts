import { Logger } from '@nestjs/common';
import type { CircuitStateChange } from '../layers/circuit-breaker.js';

const logger = new Logger('FsmStorageModule');

/** The default of `onBackgroundError`: logs errors that have no caller as warnings, without secrets (rule HL-2). */
export function logBackgroundError(error: unknown): void {
  logger.warn(`in the background: ${describeErrorSafely(error)}`);
}

/** An error in one line, without the credentials of URLs (rule HL-2). */
export function describeErrorSafely(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/:\/\/\S*@/g, '://***@');
}

/** Logs the beginning and the end of an outage, but not each probe between them. */
export function logCircuit({ backend, from, to }: CircuitStateChange): void {
  if (to === 'closed') logger.log(`the ${backend} backend responds again; the circuit is closed.`);
  else if (from === 'closed')
    logger.warn(`the ${backend} backend has failed; the circuit is open and calls are rejected.`);
}
