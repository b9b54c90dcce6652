import { Logger } from '@nestjs/common';
import type { CircuitStateChange } from '../layers/circuit-breaker.js';

const logger = new Logger('FsmStorageModule');

/** What an operator is told of a circuit: that an outage began, and that it is over; not each probe between. */
export function logCircuit({ backend, from, to }: CircuitStateChange): void {
  if (to === 'closed') logger.log(`the ${backend} backend answers again; the circuit is closed.`);
  else if (from === 'closed') logger.warn(`the ${backend} backend has failed; the circuit is open, calls are refused.`);
}
