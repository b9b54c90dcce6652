import { StorageNotStartedError } from '../errors/usage-errors.js';

type Phase = 'stopped' | 'starting' | 'started' | 'stopping';

/** Text for the error message. */
const PHASES: Readonly<Record<Phase, string>> = {
  stopped: 'not started, or stopped again',
  starting: 'starting',
  started: 'started',
  stopping: 'stopping',
};

/** A start or stop that is running or queued. */
interface Transition {
  readonly kind: 'start' | 'stop';
  readonly done: Promise<void>;
}

/** The resource that a lifecycle opens and closes. */
export interface Resource {
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts and stops a storage (rules LC-1, LC-2). Repeated calls have no effect, calls take effect in the order they were
 * made, a failed start leaves nothing open and may be retried, and a stop waits for the operations in flight.
 */
export class Lifecycle {
  readonly #resource: Resource;
  #phase: Phase = 'stopped';
  #latest: Transition | undefined;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  get isStarted(): boolean {
    return this.#phase === 'started';
  }

  start(): Promise<void> {
    return this.#transition('start', () => this.#open());
  }

  stop(): Promise<void> {
    return this.#transition('stop', () => this.#close());
  }

  /** @throws StorageNotStartedError */
  assertStarted(): void {
    if (this.#phase === 'started') return;
    throw new StorageNotStartedError(
      `The storage is ${PHASES[this.#phase]}: call start() and wait for it first. In Nest, app.init() or app.listen() ` +
        'starts the storage of FsmStorageModule; a storage that is itself a provider, as with useValue in a test, ' +
        "is not started: start() it there, or import FsmStorageModule.forRoot({ backend: 'memory' }).",
    );
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

  #transition(kind: Transition['kind'], begin: () => Promise<void>): Promise<void> {
    const latest = this.#latest;
    if (latest?.kind === kind) return latest.done;
    const done = latest === undefined ? begin() : latest.done.then(begin, begin);
    const transition = { kind, done };
    this.#latest = transition;
    const forget = (): void => {
      if (this.#latest === transition) this.#latest = undefined;
    };
    void done.then(forget, forget);
    return done;
  }

  async #open(): Promise<void> {
    if (this.#phase === 'started') return;
    this.#phase = 'starting';
    try {
      await this.#resource.open();
      this.#phase = 'started';
    } catch (error) {
      // Closes what is already open. The error to report is that of the start.
      await this.#resource.close().catch(ignoreFailure);
      this.#phase = 'stopped';
      throw error;
    }
  }

  async #close(): Promise<void> {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopping';
    try {
      if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
      await this.#resource.close();
    } finally {
      this.#whenIdle = undefined;
      this.#phase = 'stopped';
    }
  }
}

function ignoreFailure(): void {}
