import type { Clock } from '../../../contract/clock.js';
import type { TypeOrmQueryRunner } from '../dialect/typeorm-types.js';
import type { SharedVerb, Verb } from '../dialect/dialect.js';
import type { SqliteDialect } from './sqlite-dialect.js';

/** What a session over SQLite speaks over. */
export interface SqliteSessionSettings {
  readonly queryRunner: TypeOrmQueryRunner;
  readonly dialect: SqliteDialect;
  readonly clock: Clock;
  /** Where the data lies, as a message may name it. */
  readonly place: string;
  readonly busyTimeoutMs: number;
}

/** Something to be done, and the caller who waits for it. */
export interface Operation {
  readonly session: SqliteSessionSettings;
  readonly verb: Verb<unknown, unknown>;
  readonly row: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  /** When a lock first stood in its way, in monotonic milliseconds. */
  refusedAt: number | undefined;
  /** What it was to be done together with failed. */
  isToGoAlone: boolean;
  isDone: boolean;
}

/** Operations that one statement does, in the order of their callers. */
export interface Batch {
  readonly operations: readonly Operation[];
  /** What the statement is made from; each row for one key. */
  readonly rows: readonly unknown[];
  /** For each operation, where its row is in `rows`. */
  readonly places: readonly number[];
  /** For each operation, what its row asked for once the operation was added. */
  readonly asked: readonly unknown[];
}

/** These keep a statement, and what JavaScript does for it, at a few milliseconds of the event loop. */
export const MOST_OPERATIONS = 512;
const MOST_CHARACTERS = 256 * 1024;
/** How far to look for operations that may come along; what lies behind has its turn later. */
const MOST_LOOKED_AT = 2 * MOST_OPERATIONS;

/**
 * Those of the waiting that go with the first of them: of its kind and, per key, in the order of arrival. One that
 * cannot come along holds back what follows on its key; one that has no key holds back all.
 */
export function takeBatch(waiting: readonly Operation[], now: number): Batch {
  const [first] = waiting;
  const shared = first?.verb.shared;
  if (first === undefined || shared === undefined || first.isToGoAlone || waiting.length === 1) {
    return { operations: waiting.slice(0, 1), rows: [], places: [], asked: [] };
  }
  const taking = new Taking(shared, now);
  const end = Math.min(waiting.length, MOST_LOOKED_AT);
  for (let index = 0; index < end && !taking.isFull; index += 1) {
    const operation = waiting[index] ?? first;
    if (operation.verb.shared === undefined) break;
    const isAlike = operation.verb === first.verb && operation.session === first.session;
    taking.look(operation, isAlike && !operation.isToGoAlone);
  }
  return taking;
}

const HELD_BACK = -1;

class Taking implements Batch {
  readonly operations: Operation[] = [];
  readonly rows: unknown[] = [];
  readonly places: number[] = [];
  readonly asked: unknown[] = [];
  readonly #shared: SharedVerb<unknown, unknown>;
  readonly #now: number;
  /** By namespace and identifier: the place in `rows`, or that no more may be taken. */
  readonly #placesByKey = new Map<string, Map<string, number>>();
  #characters = 0;

  constructor(shared: SharedVerb<unknown, unknown>, now: number) {
    this.#shared = shared;
    this.#now = now;
  }

  get isFull(): boolean {
    return this.operations.length >= MOST_OPERATIONS || this.#characters >= MOST_CHARACTERS;
  }

  /** @param mayCome - whether the operation is of the batch's kind */
  look(operation: Operation, mayCome: boolean): void {
    const { namespace, identifier } = (operation.verb.shared ?? this.#shared).keyOf(operation.row);
    const places = this.#placesIn(namespace);
    const taken = mayCome && this.#take(operation, places.get(identifier));
    places.set(identifier, taken ? (this.places.at(-1) ?? HELD_BACK) : HELD_BACK);
  }

  #take(operation: Operation, place: number | undefined): boolean {
    if (place === HELD_BACK) return false;
    const { row } = operation;
    const length = this.#shared.lengthOf(row);
    if (this.#characters > 0 && this.#characters + length > MOST_CHARACTERS) return false;
    const asked = place === undefined ? row : this.#shared.merge(this.rows[place], row, this.#now);
    if (asked === undefined) return false;
    this.#characters += length;
    this.operations.push(operation);
    this.places.push(place ?? this.rows.length);
    this.asked.push(asked);
    this.rows[place ?? this.rows.length] = asked;
    return true;
  }

  #placesIn(namespace: string): Map<string, number> {
    const places = this.#placesByKey.get(namespace) ?? new Map<string, number>();
    if (places.size === 0) this.#placesByKey.set(namespace, places);
    return places;
  }
}
