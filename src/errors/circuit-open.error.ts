import { BackendError } from './backend.error.js';

/** The circuit breaker refused the call without asking the backend; the outcome is always `not-applied` (rule ER-4). */
export class CircuitOpenError extends BackendError {
  readonly code = 'CIRCUIT_OPEN';
  /** Milliseconds until the breaker lets a probe through. */
  readonly retryAfterMs: number;

  constructor(message: string, options: { readonly retryAfterMs: number; readonly cause?: unknown }) {
    super(message, { outcome: 'not-applied', ...('cause' in options ? { cause: options.cause } : {}) });
    this.retryAfterMs = options.retryAfterMs;
  }
}
