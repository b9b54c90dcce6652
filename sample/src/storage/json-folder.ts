import { createHash } from 'node:crypto';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryKind, StorageKey } from 'nestjs-fsm-storage';
import { DurableFile } from './durable-file.js';
import { hasErrorCode } from './error-code.js';
import { FolderClaim } from './folder-claim.js';
import { type DAMAGED, formatEntry, parseEntry, type Entry } from './json-entry.js';
import { KeyedQueue } from './keyed-queue.js';

/** The number of files in one batch. */
const BATCH = 100;

/** Shared by all folders of this process: two of them may be the same folder. */
const writers = new KeyedQueue();

/** The files of all entries: `<folder>/<namespace>/<kind>/<hash of the identifier>/entry.json`. */
export class JsonFolder {
  readonly #path: string;
  #claim: FolderClaim | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    this.#claim = await FolderClaim.take(this.#path);
  }

  async close(): Promise<void> {
    await this.#claim?.release();
    this.#claim = undefined;
  }

  /** Writes and reads a file. */
  async probe(): Promise<void> {
    await this.#held().assertHeld();
    const path = join(this.#held().folder, 'probe');
    await writers.run(path, async () => {
      const file = new DurableFile(path);
      await file.replace(String(process.pid));
      await file.read();
    });
  }

  /**
   * The file of a key. An identifier may contain any character and be longer than a file name, so it is hashed. A
   * namespace is short; it is only encoded so that `.`, `..` and file systems that ignore case cause no collision.
   */
  fileOf(key: StorageKey): string {
    return join(this.#folderOf(key.namespace, key.kind), createHash('sha256').update(key.identifier).digest('hex'));
  }

  /** Runs a task while no other task writes this file. */
  exclusively<T>(file: string, task: () => Promise<T>): Promise<T> {
    return writers.run(file, task);
  }

  async read(file: string): Promise<Entry | typeof DAMAGED | undefined> {
    const text = await new DurableFile(file).read();
    if (text !== undefined) return parseEntry(text);
    await this.#held().assertHeld();
    return undefined;
  }

  /** Only inside `exclusively`. */
  async write(file: string, entry: Entry): Promise<void> {
    await new DurableFile(file).replace(formatEntry(entry));
  }

  /** Only inside `exclusively`. */
  async remove(file: string): Promise<void> {
    await new DurableFile(file).remove();
  }

  /** The files of one kind in one namespace, in batches. */
  async *files(namespace: string, kind: EntryKind): AsyncGenerator<readonly string[]> {
    await this.#held().assertHeld();
    yield* batches(this.#folderOf(namespace, kind));
  }

  /** The files of all namespaces, in batches. */
  async *allFiles(): AsyncGenerator<readonly string[]> {
    await this.#held().assertHeld();
    for await (const namespaces of batches(this.#entries)) {
      for (const namespace of namespaces) {
        yield* batches(join(namespace, 'state'));
        yield* batches(join(namespace, 'counter'));
      }
    }
  }

  get #entries(): string {
    return join(this.#held().folder, 'entries');
  }

  #folderOf(namespace: string, kind: EntryKind): string {
    return join(this.#entries, spellSafely(namespace), kind);
  }

  #held(): FolderClaim {
    if (this.#claim === undefined) throw new Error('The folder is not open.');
    return this.#claim;
  }
}

function spellSafely(namespace: string): string {
  return namespace.replace(/[^a-z0-9_-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** The names in a folder, in batches; none if the folder does not exist. */
async function* batches(folder: string): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const name of names(folder)) {
    batch.push(join(folder, name));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* names(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder, { bufferSize: BATCH })) yield name;
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}
