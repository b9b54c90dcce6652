import { readProperty } from '../../../toolkit/properties.js';

/** The part of `pg`'s Client that is used here. */
export interface PgClient {
  /** The process id that the server reported when it connected. */
  readonly processID: number | null;
  on(event: 'error', listener: () => void): unknown;
  connect(callback?: ConnectCallback): unknown;
  query(query: PgQuery): Promise<PgResult>;
  end(): Promise<void>;
}

/** A statement in the form of `pg`. */
export interface PgQuery {
  /** undefined: it is not kept prepared. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The result of a statement. */
export interface PgResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

type ConnectCallback = (error?: unknown) => void;
type ClientClass = new (options?: object) => PgClient;

/**
 * A `pg` Client that always has an `error` listener. When the pool hands out a client, it removes its listener before the
 * caller can add one; an error that the server sent together with the message that made the client ready arrives in
 * between, and would crash the process (rule ER-5). Listeners of the pool and the caller still receive the error.
 * @param prepare - runs on each connection before the pool uses it; if it rejects, the connection is closed
 * @returns options for the pool
 */
export function createGuardedClient(
  pg: unknown,
  prepare: (client: PgClient) => Promise<void>,
): { readonly Client?: ClientClass } {
  if (!hasClient(pg)) return {};
  return {
    Client: class extends pg.Client {
      constructor(options: object = {}) {
        super(withSocket(options));
        this.on('error', () => {});
      }

      override connect(callback?: ConnectCallback): unknown {
        const prepared = this.#connectAndPrepare();
        return callback === undefined ? prepared : prepared.then(() => callback(), callback);
      }

      async #connectAndPrepare(): Promise<void> {
        await super.connect();
        try {
          await prepare(this);
        } catch (error) {
          void this.end().catch(() => {}); // The pool drops the client without ending it.
          throw error;
        }
      }
    },
  };
}

/**
 * Opens the socket here: before 8.9, `pg` accepts a socket only, and no function that creates it. The pool hides the password
 * and the key in properties that are not enumerable, so descriptors are copied.
 */
function withSocket(options: object): object {
  const createSocket = readProperty(options, 'stream');
  if (typeof createSocket !== 'function') return options;
  const stream: unknown = Reflect.apply(createSocket, undefined, [options]);
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(options), stream: { value: stream } });
}

function hasClient(pg: unknown): pg is { readonly Client: ClientClass } {
  return typeof pg === 'object' && pg !== null && 'Client' in pg && typeof pg.Client === 'function';
}
