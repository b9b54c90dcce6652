import type { DriverLayer } from '../contract/driver-layer.js';
import { circuitBreaker } from '../layers/circuit-breaker.js';
import { logCircuit } from './logging.js';
import type { BackendName } from './module-options.js';

const NONE: readonly DriverLayer[] = [];
/** A value like any layer: every storage makes a circuit of its own from it. */
const WITH_BREAKER: readonly DriverLayer[] = [circuitBreaker({ onStateChange: logCircuit })];

/**
 * The layers of a storage whose options name none. What lies behind a network gets a breaker, so that an outage costs
 * a caller no wait. No timeout: drivers over a network have one of their own for each command, which knows more.
 */
const DEFAULT_LAYERS: { readonly [Name in Exclude<BackendName, 'typeorm'>]: readonly DriverLayer[] } = {
  memory: NONE,
  sqlite: NONE,
  postgres: WITH_BREAKER,
  mysql: WITH_BREAKER,
  mariadb: WITH_BREAKER,
  redis: WITH_BREAKER,
  custom: NONE,
};

/** Of TypeORM's own names for what a `DataSource` leads to; all others are files, or refused by the backend. */
const SERVER_TYPES: readonly unknown[] = ['postgres', 'mysql', 'mariadb'];

/** @param options - not checked yet: only a `DataSource` that looks like one to a server gets what servers get */
export function defaultLayersOf(
  backend: BackendName,
  options: Readonly<Record<string, unknown>>,
): readonly DriverLayer[] {
  if (backend !== 'typeorm') return DEFAULT_LAYERS[backend];
  return SERVER_TYPES.includes(typeOf(options['dataSource'])) ? WITH_BREAKER : NONE;
}

function typeOf(dataSource: unknown): unknown {
  const { options } = toRecord(dataSource);
  return toRecord(options)['type'];
}

function toRecord(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}
