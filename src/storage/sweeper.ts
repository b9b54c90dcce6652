import { nextTick } from '../toolkit/event-loop.js';

/** Removes up to `limit` expired entries and returns how many. */
type Sweep = (limit: number) => number | Promise<number>;

/** Entries removed in one batch, which is short enough not to delay other work. */
const BATCH = 500;

/** Sweeps expired entries in the background, in small batches, with one unref'ed timer (rule TTL-5). */
export class Sweeper {
  readonly #sweep: Sweep;
  readonly #intervalMs: number;
  readonly #report: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(sweep: Sweep, intervalMs: number, report: (error: unknown) => void) {
    this.#sweep = sweep;
    this.#intervalMs = intervalMs;
    this.#report = report;
  }

  start(): void {
    this.#schedule();
  }

  /** Resolves when no batch is running. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#sweepAll();
    }, this.#intervalMs);
    this.#timer.unref();
  }

  async #sweepAll(): Promise<void> {
    try {
      while (this.#timer !== undefined && (await this.#sweep(BATCH)) >= BATCH) await nextTick();
    } catch (error) {
      this.#report(error);
    }
    if (this.#timer !== undefined) this.#schedule();
  }
}
