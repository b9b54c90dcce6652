import { StorageNotStartedError } from '../errors/storage-not-started.error.js';

type Phase =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting'; readonly done: Promise<void> }
  | { readonly name: 'started' }
  | { readonly name: 'stopping'; readonly done: Promise<void> };

/** What a lifecycle opens and closes. */
export interface Resource {
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts and stops a storage (rules LC-1, LC-2): twice is once, a start that failed leaves nothing open and may be
 * tried again, and a stop waits for the operations in flight.
 */
export class Lifecycle {
  readonly #resource: Resource;
  #phase: Phase = { name: 'stopped' };
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  get isStarted(): boolean {
    return this.#phase.name === 'started';
  }

  async start(): Promise<void> {
    while (this.#phase.name === 'stopping') await this.#phase.done.catch(ignoreForeignFailure);
    if (this.#phase.name === 'started') return;
    if (this.#phase.name === 'stopped') this.#phase = { name: 'starting', done: this.#open() };
    await this.#phase.done;
  }

  async stop(): Promise<void> {
    while (this.#phase.name === 'starting') await this.#phase.done.catch(ignoreForeignFailure);
    if (this.#phase.name === 'stopped') return;
    if (this.#phase.name === 'started') this.#phase = { name: 'stopping', done: this.#close() };
    await this.#phase.done;
  }

  /** @throws StorageNotStartedError */
  assertStarted(): void {
    if (this.#phase.name !== 'started') {
      throw new StorageNotStartedError(
        `The storage is ${this.#phase.name}: call start() and wait for it first; in Nest, app.init() or app.listen() does.`,
      );
    }
  }

  /** Marks an operation as in flight until `leave`. */
  enter(): void {
    this.assertStarted();
    this.#inFlight += 1;
  }

  leave(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#whenIdle?.();
  }

  async #open(): Promise<void> {
    try {
      await this.#resource.open();
      this.#phase = { name: 'started' };
    } catch (error) {
      // Half-opened things are closed; what made the start fail is the error to report.
      await this.#resource.close().catch(ignoreForeignFailure);
      this.#phase = { name: 'stopped' };
      throw error;
    }
  }

  async #close(): Promise<void> {
    try {
      if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
      await this.#resource.close();
    } finally {
      this.#whenIdle = undefined;
      this.#phase = { name: 'stopped' };
    }
  }
}

/** A failure that its own caller is told of. */
function ignoreForeignFailure(): void {}
