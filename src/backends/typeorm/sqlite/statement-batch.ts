import type { Clock } from '../../../contract/clock.js';
import type { BatchCommand, SqlCommand } from '../dialect/dialect.js';
import type { TypeOrmQueryRunner } from '../dialect/typeorm-types.js';
import type { SqliteDialect } from './dialect.js';

/** What a session over SQLite needs. */
export interface SqliteSessionSettings {
  readonly queryRunner: TypeOrmQueryRunner;
  readonly dialect: SqliteDialect;
  readonly clock: Clock;
  /** Where the data is, as a message may show it. */
  readonly location: string;
  readonly busyTimeoutMs: number;
}

/** A command that waits for its execution, and the caller's promise. */
export interface QueuedCommand {
  readonly session: SqliteSessionSettings;
  readonly command: SqlCommand<unknown, unknown>;
  readonly row: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** When a lock first blocked it, in monotonic milliseconds. */
  blockedSince: number | undefined;
  /** The batch that it was part of failed. */
  mustRunSingly: boolean;
  isSettled: boolean;
}

/** Commands for one statement, in the order in which they were queued. */
export interface Batch {
  readonly commands: readonly QueuedCommand[];
  /** The rows of the statement; no two have the same key. */
  readonly rows: readonly unknown[];
  /** For each command the index of its row in `rows`. */
  readonly rowIndexes: readonly number[];
  /** For each command the merge of its row and the earlier ones on its key. */
  readonly mergedRows: readonly unknown[];
}

/** These limits keep a statement, and the JavaScript around it, at a few milliseconds of the event loop. */
const MAX_COMMANDS = 512;
const MAX_CHARACTERS = 256 * 1024;
/** How far to look for commands that fit the batch; the rest is considered by a later batch. */
const MAX_INSPECTED = 2 * MAX_COMMANDS;

/**
 * Takes the first waiting command and those that can share its statement: commands of the same kind, per key in the order
 * in which they were queued. A command that does not fit blocks the later ones on its key; a command without a key blocks
 * all later ones.
 */
export function takeBatch(waiting: readonly QueuedCommand[], now: number): Batch {
  const [first] = waiting;
  const batch = first?.command.batch;
  if (first === undefined || batch === undefined || first.mustRunSingly || waiting.length === 1) {
    return { commands: waiting.slice(0, 1), rows: [], rowIndexes: [], mergedRows: [] };
  }
  const builder = new BatchBuilder(batch, now);
  const end = Math.min(waiting.length, MAX_INSPECTED);
  for (let index = 0; index < end && !builder.isFull; index += 1) {
    const queued = waiting[index] ?? first;
    if (queued.command.batch === undefined) break;
    const isSameKind = queued.command === first.command && queued.session === first.session;
    builder.inspect(queued, isSameKind && !queued.mustRunSingly);
  }
  return builder;
}

/** Instead of a row index: no later command on this key may be taken. */
const BLOCKED = -1;

class BatchBuilder implements Batch {
  readonly commands: QueuedCommand[] = [];
  readonly rows: unknown[] = [];
  readonly rowIndexes: number[] = [];
  readonly mergedRows: unknown[] = [];
  readonly #batch: BatchCommand<unknown, unknown>;
  readonly #now: number;
  /** By namespace and identifier: the index in `rows`, or `BLOCKED`. */
  readonly #indexByKey = new Map<string, Map<string, number>>();
  #characters = 0;

  constructor(batch: BatchCommand<unknown, unknown>, now: number) {
    this.#batch = batch;
    this.#now = now;
  }

  get isFull(): boolean {
    return this.commands.length >= MAX_COMMANDS || this.#characters >= MAX_CHARACTERS;
  }

  /** @param isCandidate - whether the command may share the statement, as far as its kind is concerned */
  inspect(queued: QueuedCommand, isCandidate: boolean): void {
    const { namespace, identifier } = (queued.command.batch ?? this.#batch).keyOf(queued.row);
    const indexes = this.#indexesIn(namespace);
    const isTaken = isCandidate && this.#take(queued, indexes.get(identifier));
    indexes.set(identifier, isTaken ? (this.rowIndexes.at(-1) ?? BLOCKED) : BLOCKED);
  }

  #take(queued: QueuedCommand, rowIndex: number | undefined): boolean {
    if (rowIndex === BLOCKED) return false;
    const { row } = queued;
    const length = this.#batch.lengthOf(row);
    if (this.#characters > 0 && this.#characters + length > MAX_CHARACTERS) return false;
    const merged = rowIndex === undefined ? row : this.#batch.merge(this.rows[rowIndex], row, this.#now);
    if (merged === undefined) return false;
    const index = rowIndex ?? this.rows.length;
    this.#characters += length;
    this.commands.push(queued);
    this.rowIndexes.push(index);
    this.mergedRows.push(merged);
    this.rows[index] = merged;
    return true;
  }

  #indexesIn(namespace: string): Map<string, number> {
    const indexes = this.#indexByKey.get(namespace) ?? new Map<string, number>();
    if (indexes.size === 0) this.#indexByKey.set(namespace, indexes);
    return indexes;
  }
}
