export {
  BaseStorage,
  type CompareAndSetOptions,
  type IncrementOptions,
  type SetStateOptions,
  type Ttl,
  type UpdateOptions,
} from './contract/base-storage.js';
export { type Clock, systemClock } from './contract/clock.js';
export type { DriverLayer } from './contract/driver-layer.js';
export type { DriverVerb } from './contract/driver-verb.js';
export type { JsonValue, StateDocument } from './contract/state-document.js';
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

export { BackendError, type BackendErrorDetails, type FailureScope, type Outcome } from './errors/backend.error.js';
export { CircuitOpenError } from './errors/circuit-open.error.js';
export { ContentionError } from './errors/contention.error.js';
export { CorruptStateError } from './errors/corrupt-state.error.js';
export { CounterOverflowError } from './errors/counter-overflow.error.js';
export { ERROR_CODES, type ErrorCode } from './errors/error-code.js';
export { FsmStorageError, isFsmStorageError } from './errors/fsm-storage.error.js';
export { InvalidAmountError } from './errors/invalid-amount.error.js';
export { InvalidIdentifierError } from './errors/invalid-identifier.error.js';
export { InvalidOptionsError } from './errors/invalid-options.error.js';
export { InvalidPatternError } from './errors/invalid-pattern.error.js';
export { InvalidStateError } from './errors/invalid-state.error.js';
export { InvalidTtlError } from './errors/invalid-ttl.error.js';
export { MissingDependencyError } from './errors/missing-dependency.error.js';
export { StateTooLargeError } from './errors/state-too-large.error.js';
export { StorageNotStartedError } from './errors/storage-not-started.error.js';
export { StorageTimeoutError } from './errors/storage-timeout.error.js';
export { StorageUnavailableError } from './errors/storage-unavailable.error.js';

export { circuitBreaker, type CircuitBreakerOptions, type CircuitStateChange } from './layers/circuit-breaker.js';
export type { CircuitState } from './layers/circuit.js';
export { type AroundCall, aroundEveryCall, type DriverCall, outcomeOfFailure } from './layers/driver-layer.js';
export type { MonotonicClock } from './layers/monotonic-clock.js';
export type { StorageEvent } from './layers/storage-event.js';
export { telemetry, type TelemetryOptions } from './layers/telemetry.js';
export { timeout, type TimeoutOptions } from './layers/timeout.js';

export { FsmStorage } from './storage/fsm-storage.js';
export type { StorageOptions } from './storage/storage-options.js';
export { MemoryDriver } from './backends/memory/memory.driver.js';
export { MemoryStorage } from './backends/memory/memory.storage.js';

export { getFsmStorageToken } from './contract/storage-token.js';
export { FsmStorageModule } from './nest/fsm-storage.module.js';
export { InjectFsmStorage } from './nest/inject-fsm-storage.decorator.js';
export type { CommonModuleOptions, StartRetryOptions } from './nest/common-module-options.js';
export type {
  BackendName,
  CustomModuleOptions,
  CustomStorage,
  FsmStorageModuleExtras,
  FsmStorageModuleOptions,
  FsmStorageOptionsFactory,
  FsmStorageRootAsyncOptions,
  FsmStorageRootOptions,
  MemoryModuleOptions,
} from './nest/module-options.js';
export type {
  RedisClusterReach,
  RedisConnectionSettings,
  RedisModuleOptions,
  RedisReach,
} from './nest/redis-module-options.js';
export type {
  MariadbModuleOptions,
  MysqlModuleOptions,
  PostgresModuleOptions,
  ServerConnectionSettings,
  ServerModuleOptions,
  ServerReach,
  SqliteModuleOptions,
  TypeOrmModuleOptions,
} from './nest/sql-module-options.js';
