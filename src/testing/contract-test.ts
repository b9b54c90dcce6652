import assert from 'node:assert/strict';
import type { BaseStorage } from '../contract/base-storage.js';
import type { StateDocument } from '../contract/state-document.js';
import type { StorageKey } from '../contract/storage-driver.js';
import type { StorageOptions } from '../storage/storage-options.js';
import type { ContractBackend, StorageHarness, StorageTrait } from './storage-harness.js';

/** Long, because a slow disk or a busy machine is not an outage. */
const HEALTH_TIMEOUT_MS = 30_000;
/** How much real time may shorten a ttl on a server's clock. Every ttl that the suite compares is much longer. */
const REAL_TIME_SLACK_SECONDS = 120;

/** One test of the contract suite. {@link describeStorageContract} registers it under its title. */
export interface ContractTest {
  /** A sentence that starts with the number of the rule, e.g. `LC-2 rejects every operation before start`. */
  readonly title: string;
  /**
   * Restricts the test to backends that declare the trait, or to those that do not. undefined: runs on every backend.
   */
  readonly only?: { readonly trait: StorageTrait; readonly declared: boolean };
  /** Resolves if the backend keeps the promise; otherwise rejects, usually with an `AssertionError`. */
  readonly body: (context: ContractContext) => Promise<void>;
}

/** The tests of one subject, e.g. `counters`. {@link describeStorageContract} registers it as one `describe`. */
export interface ContractChapter {
  readonly title: string;
  readonly tests: readonly ContractTest[];
}

/** A test for every backend. */
export function test(title: string, body: ContractTest['body']): ContractTest {
  return { title, body };
}

/** A test for backends that declare the trait. */
export function testWith(trait: StorageTrait, title: string, body: ContractTest['body']): ContractTest {
  return { title, body, only: { trait, declared: true } };
}

/** A test for backends that do not declare the trait. */
export function testWithout(trait: StorageTrait, title: string, body: ContractTest['body']): ContractTest {
  return { title, body, only: { trait, declared: false } };
}

/**
 * What one {@link ContractTest} receives: storages over the harness's store, in a namespace that no other test uses.
 */
export class ContractContext {
  readonly backend: ContractBackend;
  readonly harness: StorageHarness;
  /** Unique to this test, as is every namespace that starts with it. */
  readonly namespace: string;
  readonly #created: BaseStorage[] = [];

  constructor(backend: ContractBackend, harness: StorageHarness) {
    this.backend = backend;
    this.harness = harness;
    this.namespace = `kit${Math.random().toString(36).slice(2, 12)}`;
  }

  /** Creates a storage in the test's namespace without starting it. It is stopped when the test ends. */
  create(options: StorageOptions = {}): BaseStorage {
    const storage = this.harness.createStorage({
      namespace: this.namespace,
      healthTimeout: HEALTH_TIMEOUT_MS,
      ...options,
    });
    this.#created.push(storage);
    return storage;
  }

  /** Creates and starts a storage in the test's namespace. */
  async open(options: StorageOptions = {}): Promise<BaseStorage> {
    const storage = this.create(options);
    await storage.start();
    return storage;
  }

  /** Makes every stored entry this many milliseconds older. */
  async passTime(milliseconds: number): Promise<void> {
    await this.harness.passTime(milliseconds);
  }

  /** Stores a raw text as a state of the test's namespace, bypassing the storage. */
  async writeRaw(identifier: string, text: string): Promise<void> {
    const { harness } = this;
    assert.ok(harness.writeRaw !== undefined, 'implement writeRaw() in the harness, or declare the trait in-process');
    await harness.writeRaw(this.#stateKey(identifier), text);
  }

  /** Returns the text stored for a state of the test's namespace; null: nothing is stored. */
  async readRaw(identifier: string): Promise<string | null> {
    const { harness } = this;
    assert.ok(harness.readRaw !== undefined, 'implement readRaw() in the harness, or declare the trait in-process');
    return harness.readRaw(this.#stateKey(identifier));
  }

  /** Runs `body` while the storages cannot reach the store. */
  async duringOutage(body: () => Promise<void>): Promise<void> {
    const { harness } = this;
    assert.ok(
      harness.interrupt !== undefined,
      'implement interrupt() in the harness, or declare the trait no-interruption',
    );
    const restore = await harness.interrupt();
    try {
      await body();
    } finally {
      await restore();
    }
  }

  /**
   * Asserts that a ttl returned by the storage equals `seconds`; on a server's clock real time may have shortened it.
   */
  assertTtl(actual: number | null | undefined, seconds: number): void {
    const hasServerClock = this.backend.traits?.includes('server-clock') ?? false;
    const slack = hasServerClock ? REAL_TIME_SLACK_SECONDS : 0.0005;
    const isExpected = typeof actual === 'number' && actual <= seconds + 0.0005 && actual >= seconds - slack;
    assert.ok(isExpected, `expected a ttl of about ${seconds} seconds, got ${String(actual)}`);
  }

  /** Asserts that `action` leaves the identifier's state, deadline and counter and the listing as they are. */
  async assertUnchanged(storage: BaseStorage, identifier: string, action: () => Promise<unknown>): Promise<void> {
    const before = await takeSnapshot(storage, identifier);
    await action();
    const after = await takeSnapshot(storage, identifier);
    assert.deepEqual(after, before, `the call changed what is stored for ${JSON.stringify(identifier)}`);
  }

  /** Stops every storage of the test. */
  async stopAll(): Promise<void> {
    for (const storage of this.#created) await storage.stop();
  }

  #stateKey(identifier: string): StorageKey {
    return { namespace: this.namespace, kind: 'state', identifier };
  }
}

interface Snapshot {
  readonly state: StateDocument | null;
  readonly ttlHours: number | null | undefined;
  readonly counter: number | null;
  readonly listed: readonly string[];
}

async function takeSnapshot(storage: BaseStorage, identifier: string): Promise<Snapshot> {
  const ttl = await storage.getTtl(identifier);
  return {
    state: await storage.getState(identifier),
    // Whole hours, because real time may pass between two snapshots.
    ttlHours: typeof ttl === 'number' ? Math.ceil(ttl / 3600) : ttl,
    counter: await storage.getCounter(identifier),
    listed: (await storage.listKeys()).toSorted(),
  };
}
