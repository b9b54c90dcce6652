import type { MonotonicClock } from '../contract/clock.js';

/** Times are milliseconds of the circuit's clock. */
type Phase =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly openedAt: number }
  | { readonly state: 'half-open'; readonly probedAt: number; readonly probe: AdmittedCall };

/** The state of a circuit breaker. */
export type CircuitState = Phase['state'];

/** A call that the circuit has admitted. The caller returns it with the result of the call. */
export interface AdmittedCall {
  /** A result counts only in the period in which its call began: each opening and closing starts a new period. */
  readonly period: number;
}

/** When a circuit opens, and how often it probes the backend. */
export interface CircuitLimits {
  /** Consecutive failures that open the circuit. */
  readonly failures: number;
  /** Milliseconds between two probes. A probe that takes longer counts as lost, and the next call is the probe. */
  readonly probeIntervalMs: number;
}

/** The state machine of a circuit breaker: admits calls or rejects them, and changes its state by their results. */
export class Circuit {
  readonly #limits: CircuitLimits;
  readonly #clock: MonotonicClock;
  readonly #onChange: (from: CircuitState, to: CircuitState) => void;
  #phase: Phase = { state: 'closed', failures: 0 };
  #period = 0;

  /** @param onChange - called for each change of state; must not throw */
  constructor(
    limits: CircuitLimits,
    clock: MonotonicClock,
    onChange: (from: CircuitState, to: CircuitState) => void = () => {},
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get state(): CircuitState {
    return this.#phase.state;
  }

  /** Milliseconds until the next call is admitted; 0: now. */
  get retryAfterMs(): number {
    const { probeIntervalMs } = this.#limits;
    const phase = this.#phase;
    if (phase.state === 'closed') return 0;
    const since = phase.state === 'open' ? phase.openedAt : phase.probedAt;
    return Math.max(0, since + probeIntervalMs - this.#clock.now());
  }

  /** Admits a call; undefined: rejects it. While the circuit is not closed, an admitted call is the probe. */
  admit(): AdmittedCall | undefined {
    if (this.retryAfterMs > 0) return undefined;
    const call = this.bypass();
    if (this.#phase.state !== 'closed') {
      this.#enter({ state: 'half-open', probedAt: this.#clock.now(), probe: call });
    }
    return call;
  }

  /** For a call that bypasses the circuit: its only possible result is `recover`. */
  bypass(): AdmittedCall {
    return { period: this.#period };
  }

  /** The backend has responded to a call. */
  succeed(call: AdmittedCall): void {
    if (call.period !== this.#period) return;
    this.close();
  }

  /**
   * The backend has responded to a call that says little about other calls: enough to close the circuit, but no reason to
   * reset the number of failures.
   */
  recover(call: AdmittedCall): void {
    if (call.period === this.#period && this.#phase.state !== 'closed') this.close();
  }

  /** The backend has failed a call. */
  fail(call: AdmittedCall): void {
    if (call.period !== this.#period) return;
    const phase = this.#phase;
    if (phase.state === 'closed' && phase.failures + 1 < this.#limits.failures) {
      this.#phase = { state: 'closed', failures: phase.failures + 1 };
      return;
    }
    // This is an older probe that counted as lost and was replaced: the current probe decides.
    if (phase.state === 'half-open' && phase.probe !== call) return;
    this.#period += 1;
    this.#enter({ state: 'open', openedAt: this.#clock.now() });
  }

  /** Closes the circuit and resets the number of failures. */
  close(): void {
    if (this.#phase.state !== 'closed') this.#period += 1;
    this.#enter({ state: 'closed', failures: 0 });
  }

  #enter(phase: Phase): void {
    const from = this.#phase.state;
    this.#phase = phase;
    if (phase.state !== from) this.#onChange(from, phase.state);
  }
}
