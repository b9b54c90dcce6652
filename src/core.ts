// The package without Nest: `nestjs-fsm-storage/core`. Imports no optional peer.
export { BaseStorage } from './contract/base-storage.js';
export type {
  CompareAndSetOptions,
  IncrementOptions,
  SetStateOptions,
  Ttl,
  UpdateOptions,
} from './contract/operation-options.js';
export { type Clock, type MonotonicClock, systemClock } from './contract/clock.js';
export type { DriverLayer } from './contract/driver-layer.js';
export type { DriverVerb } from './contract/operations.js';
export type { JsonValue, StateDocument, StorableState } from './contract/state-document.js';
export type {
  Awaitable,
  DriverContext,
  EntryKind,
  ExpectedState,
  Expiry,
  StateEncoding,
  StateWrite,
  StorageDriver,
  StorageKey,
  WriteExpiry,
} from './contract/storage-driver.js';

export {
  BackendError,
  type BackendErrorDetails,
  CircuitOpenError,
  type FailureScope,
  type Outcome,
  StorageTimeoutError,
  StorageUnavailableError,
} from './errors/backend-errors.js';
export { ContentionError, CorruptStateError, CounterOverflowError } from './errors/outcome-errors.js';
export { ERROR_CODES, type ErrorCode, FsmStorageError, isFsmStorageError } from './errors/fsm-storage.error.js';
export {
  InvalidAmountError,
  InvalidIdentifierError,
  InvalidOptionsError,
  InvalidPatternError,
  InvalidStateError,
  InvalidTtlError,
  MissingDependencyError,
  StateTooLargeError,
  StorageNotStartedError,
} from './errors/usage-errors.js';

export { circuitBreaker, type CircuitBreakerOptions, type CircuitStateChange } from './layers/circuit-breaker.js';
export type { CircuitState } from './layers/circuit.js';
export { type AroundCall, aroundEveryCall, type DriverCall, outcomeOfFailure } from './layers/around-every-call.js';
export { type StorageEvent, telemetry, type TelemetryOptions } from './layers/telemetry.js';
export { timeout, type TimeoutOptions } from './layers/timeout.js';

export { FsmStorage } from './storage/fsm-storage.js';
export type { StorageOptions } from './storage/storage-options.js';
export { MemoryDriver } from './backends/memory/memory.driver.js';
export { MemoryStorage } from './backends/memory/memory.storage.js';

export { getFsmStorageToken } from './contract/storage-token.js';
