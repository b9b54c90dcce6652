/** The part of `pg`'s Client that is used here. */
export interface PgClient {
  /** Whom the server said at the start that it speaks to. */
  readonly processID: number | null;
  on(event: 'error', listener: () => void): unknown;
  connect(callback?: ConnectCallback): unknown;
  query(query: PgQuery): Promise<PgResult>;
  end(): Promise<void>;
}

/** A statement as `pg` takes it. */
export interface PgQuery {
  /** undefined: it is parsed and planned for this once. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a statement came to. */
export interface PgResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

type ConnectCallback = (error?: unknown) => void;
type ClientClass = new (...parameters: never[]) => PgClient;

/**
 * The client of `pg` that never speaks to nobody. A pool takes its listener away before its caller can add one; an error
 * that the server sent in one piece with what made the client ready comes in between, and would end the process (rule
 * ER-5). The pool and the caller still hear what they listen for.
 * @param greet - done on each connection before the pool has it; where it rejects, the connection is closed
 * @returns options for the pool
 */
export function createGuardedClient(
  pg: unknown,
  greet: (client: PgClient) => Promise<void>,
): { readonly Client?: ClientClass } {
  if (!hasClient(pg)) return {};
  return {
    Client: class extends pg.Client {
      constructor(...parameters: never[]) {
        super(...parameters);
        this.on('error', () => {});
      }

      override connect(callback?: ConnectCallback): unknown {
        const greeted = this.#connectAndGreet();
        return callback === undefined ? greeted : greeted.then(() => callback(), callback);
      }

      async #connectAndGreet(): Promise<void> {
        await super.connect();
        try {
          await greet(this);
        } catch (error) {
          void this.end().catch(() => {}); // The pool forgets it without a word to the server.
          throw error;
        }
      }
    },
  };
}

function hasClient(pg: unknown): pg is { readonly Client: ClientClass } {
  return typeof pg === 'object' && pg !== null && 'Client' in pg && typeof pg.Client === 'function';
}
