import type { DriverLayer } from '../contract/driver-layer.js';
import { circuitBreaker } from '../layers/circuit-breaker.js';
import type { BackendName } from './module-options.js';

const NONE: readonly DriverLayer[] = [];
/** A value like any layer: every storage makes a circuit of its own from it. */
const FAIL_FAST: readonly DriverLayer[] = [circuitBreaker()];

/**
 * The layers of a storage whose options name none. What lies behind a network gets a breaker, so that an outage costs
 * a caller no wait. No timeout: drivers over a network have one of their own for each command, which knows more.
 */
export const DEFAULT_LAYERS: { readonly [Name in BackendName]: readonly DriverLayer[] } = {
  memory: NONE,
  sqlite: NONE,
  postgres: FAIL_FAST,
  mysql: FAIL_FAST,
  mariadb: FAIL_FAST,
  redis: FAIL_FAST,
  typeorm: NONE,
  custom: NONE,
};
