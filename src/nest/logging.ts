import { Logger } from '@nestjs/common';
import type { CircuitStateChange } from '../layers/circuit-breaker.js';

const logger = new Logger('FsmStorageModule');

/** Where errors that have no caller go unless the app takes them itself: warnings, without secrets (rule HL-2). */
export function logBackgroundError(error: unknown): void {
  logger.warn(`in the background: ${describeErrorSafely(error)}`);
}

/** An error in one line, with whatever stands before the `@` of a URL hidden (rule HL-2). */
export function describeErrorSafely(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/:\/\/\S*@/g, '://***@');
}

/** What an operator is told of a circuit: that an outage began, and that it is over; not each probe between. */
export function logCircuit({ backend, from, to }: CircuitStateChange): void {
  if (to === 'closed') logger.log(`the ${backend} backend answers again; the circuit is closed.`);
  else if (from === 'closed') logger.warn(`the ${backend} backend has failed; the circuit is open, calls are refused.`);
}
