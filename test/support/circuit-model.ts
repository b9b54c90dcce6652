// A second implementation of what a circuit breaker promises: it decides by the list of all earlier events.

/** A call that was let by. */
export interface ModelCall {
  readonly startedAt: number;
  /** How often the circuit had changed between open and closed when it was let by. */
  readonly changes: number;
}

export class CircuitModel {
  now = 0;
  isClosed = true;
  #failuresInRow = 0;
  #changes = 0;
  /** No call passes before it, while the circuit is not closed. */
  #nextProbeAt = 0;
  #latestProbe: ModelCall | undefined;
  readonly #limits: { readonly failures: number; readonly probeIntervalMs: number };

  constructor(limits: { readonly failures: number; readonly probeIntervalMs: number }) {
    this.#limits = limits;
  }

  start(): ModelCall | undefined {
    const call = { startedAt: this.now, changes: this.#changes };
    if (this.isClosed) return call;
    if (this.now < this.#nextProbeAt) return undefined;
    this.#nextProbeAt = this.now + this.#limits.probeIntervalMs;
    this.#latestProbe = call;
    return call;
  }

  end(call: ModelCall, isOk: boolean): void {
    if (call.changes !== this.#changes) return;
    if (isOk) {
      if (!this.isClosed) this.#changes += 1;
      this.isClosed = true;
      this.#failuresInRow = 0;
      return;
    }
    if (this.isClosed) this.#failuresInRow += 1;
    const opens = this.isClosed ? this.#failuresInRow >= this.#limits.failures : call === this.#latestProbe;
    if (!opens) return;
    this.isClosed = false;
    this.#changes += 1;
    this.#nextProbeAt = this.now + this.#limits.probeIntervalMs;
  }
}
