import { readProperty } from '../../../toolkit/properties.js';
import type { TypeOrmDataSource } from '../dialect/typeorm-types.js';

/** What others than the storages have done with a connection. */
interface Uses {
  /** Whether the pool has opened it while it was watched. */
  readonly wasOpened: boolean;
  /** How often the pool has handed it out, to any caller. */
  all: number;
  byStorages: number;
}

/** A connection that a storage has taken. */
export interface TakenConnection {
  /** How often others have taken it; undefined: that cannot be seen. */
  readonly othersUses: number | undefined;
  /** Whether nobody has used it before. */
  readonly isNew: boolean;
}

type Listener = (client: unknown) => void;

/** The part of Node's EventEmitter that is used here. */
interface Emitter {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

const pools = new WeakMap<object, AppPool>();

/**
 * Watches the connection pool of an app's Postgres DataSource. All storages over one pool share the two listeners: the
 * pool would warn about more than ten.
 *
 * It also adds an `error` listener to every client. When the pool hands out a client, it removes its listener before the
 * caller can add one; if the last message of a server that shuts down arrives in between, it would crash the process (rule
 * ER-5). Other listeners still receive the error.
 */
export class AppPool {
  readonly #emitter: Emitter | undefined;
  readonly #listening = new WeakSet<object>();
  #uses = new WeakMap<object, Uses>();
  #watchers = 0;

  constructor(emitter: Emitter | undefined) {
    this.#emitter = emitter;
  }

  /** The pool of this DataSource, the same for every caller. */
  static of(dataSource: TypeOrmDataSource): AppPool {
    const pool = readProperty(readProperty(dataSource, 'driver'), 'master');
    if (dataSource.options.type !== 'postgres' || !isEmitter(pool)) return new AppPool(undefined);
    const known = pools.get(pool) ?? new AppPool(pool);
    pools.set(pool, known);
    return known;
  }

  /** Call {@link AppPool.unwatch} once for each call. */
  watch(): void {
    this.#watchers += 1;
    if (this.#watchers > 1) return;
    // What happened while nobody watched is unknown.
    this.#uses = new WeakMap();
    this.#emitter?.on('connect', this.#onConnect);
    this.#emitter?.on('acquire', this.#onAcquire);
  }

  unwatch(): void {
    this.#watchers -= 1;
    if (this.#watchers > 0) return;
    this.#emitter?.off('connect', this.#onConnect);
    this.#emitter?.off('acquire', this.#onAcquire);
  }

  /** Records that a storage has just taken this connection. */
  take(connection: unknown): TakenConnection {
    if (this.#emitter === undefined || !isEmitter(connection)) return { othersUses: undefined, isNew: false };
    const uses = this.#usesOf(connection, false);
    uses.byStorages += 1;
    const othersUses = uses.all - uses.byStorages;
    return { othersUses, isNew: uses.wasOpened && uses.all === 1 };
  }

  readonly #onConnect: Listener = (client) => {
    if (isEmitter(client)) this.#usesOf(client, true);
  };

  /** The pool emits `acquire` just before it removes its listener. */
  readonly #onAcquire: Listener = (client) => {
    if (!isEmitter(client)) return;
    this.#usesOf(client, false).all += 1;
    if (this.#listening.has(client)) return;
    this.#listening.add(client);
    client.on('error', () => {});
  };

  #usesOf(client: object, wasOpened: boolean): Uses {
    const known = this.#uses.get(client) ?? { wasOpened, all: 0, byStorages: 0 };
    this.#uses.set(client, known);
    return known;
  }
}

function isEmitter(value: unknown): value is Emitter {
  return typeof readProperty(value, 'on') === 'function' && typeof readProperty(value, 'off') === 'function';
}
