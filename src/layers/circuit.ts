import type { MonotonicClock } from './monotonic-clock.js';

/** Where a circuit is. Times are milliseconds of the circuit's clock. */
type Phase =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly openedAt: number }
  | { readonly state: 'half-open'; readonly probedAt: number; readonly probe: Pass };

/** Where a circuit may be. */
export type CircuitState = Phase['state'];

/** Lets one call by; handed back with what became of it. */
export interface Pass {
  /** What a call tells counts only in the era it began in: each opening and each closing begins a new one. */
  readonly era: number;
}

/** When a circuit opens, and how often it asks whether it may close. */
export interface CircuitLimits {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds between two probes. A probe that takes longer is taken for lost, and the next call is one. */
  readonly probeIntervalMs: number;
}

/** The state machine of a circuit breaker: says which calls may pass, and learns from how they end. */
export class Circuit {
  readonly #limits: CircuitLimits;
  readonly #clock: MonotonicClock;
  readonly #onChange: (from: CircuitState, to: CircuitState) => void;
  #phase: Phase = { state: 'closed', failures: 0 };
  #era = 0;

  /** @param onChange - is told of each change of state; must not throw */
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

  /** Milliseconds until the next call may pass; 0: now. */
  get retryAfterMs(): number {
    const { probeIntervalMs } = this.#limits;
    const phase = this.#phase;
    if (phase.state === 'closed') return 0;
    const since = phase.state === 'open' ? phase.openedAt : phase.probedAt;
    return Math.max(0, since + probeIntervalMs - this.#clock.now());
  }

  /** Lets a call by, or does not. While the circuit is not closed, the one let by is the probe. */
  enter(): Pass | undefined {
    if (this.retryAfterMs > 0) return undefined;
    const pass = this.watch();
    if (this.#phase.state !== 'closed') {
      this.#become({ state: 'half-open', probedAt: this.#clock.now(), probe: pass });
    }
    return pass;
  }

  /** For a call that passes whatever the state: it can only `recover`. */
  watch(): Pass {
    return { era: this.#era };
  }

  /** The backend has answered a call. */
  succeed(pass: Pass): void {
    if (pass.era !== this.#era) return;
    this.close();
  }

  /** The backend has answered a call that is no measure of others: enough to close, but no reason to forget failures. */
  recover(pass: Pass): void {
    if (pass.era === this.#era && this.#phase.state !== 'closed') this.close();
  }

  /** The backend has failed a call. */
  fail(pass: Pass): void {
    if (pass.era !== this.#era) return;
    const phase = this.#phase;
    if (phase.state === 'closed' && phase.failures + 1 < this.#limits.failures) {
      this.#phase = { state: 'closed', failures: phase.failures + 1 };
      return;
    }
    // An older probe that was taken for lost has been replaced: the one under way decides.
    if (phase.state === 'half-open' && phase.probe !== pass) return;
    this.#era += 1;
    this.#become({ state: 'open', openedAt: this.#clock.now() });
  }

  /** Forgets what was. */
  close(): void {
    if (this.#phase.state !== 'closed') this.#era += 1;
    this.#become({ state: 'closed', failures: 0 });
  }

  #become(phase: Phase): void {
    const from = this.#phase.state;
    this.#phase = phase;
    if (phase.state !== from) this.#onChange(from, phase.state);
  }
}
