import assert from 'node:assert/strict';
import type { BaseStorage } from '../contract/base-storage.js';
import type { StateDocument } from '../contract/state-document.js';
import type { EntryKind, StorageKey } from '../contract/storage-driver.js';
import type { StorageOptions } from '../storage/storage-options.js';
import type { ContractBackend, StorageHarness } from './storage-harness.js';
import type { StorageTrait } from './storage-traits.js';

/** Long: a slow disk or a busy machine is no outage. */
const HEALTH_TIMEOUT_MS = 30_000;
/** How far getTtl may lag behind where time really passes; every ttl the suite compares is much longer. */
const REAL_TIME_SLACK_SECONDS = 120;

/** What one test of the suite works with: storages over the harness's store, in a namespace of its own. */
export class ContractContext {
  readonly backend: ContractBackend;
  readonly harness: StorageHarness;
  /** No other test uses it, nor any namespace that begins with it. */
  readonly namespace: string;
  readonly #created: BaseStorage[] = [];

  constructor(backend: ContractBackend, harness: StorageHarness) {
    this.backend = backend;
    this.harness = harness;
    this.namespace = `kit${Math.random().toString(36).slice(2, 12)}`;
  }

  has(trait: StorageTrait): boolean {
    return this.backend.traits?.includes(trait) ?? false;
  }

  /** A storage in the test's namespace, not started; stopped when the test ends. */
  create(options: StorageOptions = {}): BaseStorage {
    const storage = this.harness.createStorage({
      namespace: this.namespace,
      healthTimeout: HEALTH_TIMEOUT_MS,
      ...options,
    });
    this.#created.push(storage);
    return storage;
  }

  /** The same, started. */
  async open(options: StorageOptions = {}): Promise<BaseStorage> {
    const storage = this.create(options);
    await storage.start();
    return storage;
  }

  async passTime(milliseconds: number): Promise<void> {
    await this.harness.passTime(milliseconds);
  }

  /** Lies a raw text where a state of the test's namespace would. */
  async plant(identifier: string, text: string): Promise<void> {
    assert.ok(this.harness.plant !== undefined, 'the harness needs plant(), or the backend the trait in-process');
    await this.harness.plant(this.key('state', identifier), text);
  }

  /** The text stored for a state of the test's namespace. */
  async readRaw(identifier: string): Promise<string | null> {
    assert.ok(this.harness.readRaw !== undefined, 'the harness needs readRaw(), or the backend the trait in-process');
    return this.harness.readRaw(this.key('state', identifier));
  }

  /** Runs `body` while no storage reaches the store. */
  async duringOutage(body: () => Promise<void>): Promise<void> {
    assert.ok(
      this.harness.interrupt !== undefined,
      'the harness needs interrupt(), or the backend the trait no-interruption',
    );
    const restore = await this.harness.interrupt();
    try {
      await body();
    } finally {
      await restore();
    }
  }

  /** Holds a ttl that was read against the seconds that must be left. */
  assertTtl(actual: number | null | undefined, seconds: number): void {
    const slack = this.has('server-clock') ? REAL_TIME_SLACK_SECONDS : 0.0005;
    const isRight = typeof actual === 'number' && actual <= seconds + 0.0005 && actual >= seconds - slack;
    assert.ok(isRight, `expected about ${seconds} seconds left, got ${String(actual)}`);
  }

  /** Runs an action that must change nothing about an identifier, its counter, its deadline or the listing. */
  async assertUnchanged(storage: BaseStorage, identifier: string, action: () => Promise<unknown>): Promise<void> {
    const before = await snapshot(storage, identifier);
    await action();
    assert.deepEqual(await snapshot(storage, identifier), before, 'something changed');
  }

  /** Stops every storage of the test. */
  async end(): Promise<void> {
    for (const storage of this.#created) await storage.stop();
  }

  key(kind: EntryKind, identifier: string): StorageKey {
    return { namespace: this.namespace, kind, identifier };
  }
}

interface Snapshot {
  readonly state: StateDocument | null;
  readonly ttlHours: number | null | undefined;
  readonly counter: number | null;
  readonly listed: readonly string[];
}

async function snapshot(storage: BaseStorage, identifier: string): Promise<Snapshot> {
  const ttl = await storage.getTtl(identifier);
  return {
    state: await storage.getState(identifier),
    // Whole hours: a snapshot later, real time may have gone on a little.
    ttlHours: typeof ttl === 'number' ? Math.ceil(ttl / 3600) : ttl,
    counter: await storage.getCounter(identifier),
    listed: (await storage.listKeys()).toSorted(),
  };
}
