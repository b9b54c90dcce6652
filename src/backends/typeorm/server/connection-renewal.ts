/** A younger connection shows that new ones reach a read-only server too: closing it would be of no use. */
const MIN_AGE_MS = 1000;

/**
 * Finds the connections that a failover left behind. The server that was the primary may become read-only while its
 * connections stay open, and new connections then reach another server.
 */
export class ConnectionRenewal {
  readonly #openedAt = new WeakMap<object, number>();
  readonly #now: () => number;
  #renewedAt = -Infinity;

  /** @param now - a monotonic clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a connection may be used; false: it is older than the last renewal. A connection not seen before is new. */
  accepts(connection: unknown): boolean {
    if (!isObject(connection)) return true;
    const openedAt = this.#openedAt.get(connection);
    if (openedAt === undefined) this.#openedAt.set(connection, this.#now());
    return openedAt === undefined || openedAt > this.#renewedAt;
  }

  /**
   * Makes this connection and all older ones unacceptable, after its server rejected a write as read-only.
   * @returns false: the connection is so young that a new one would reach the same server
   */
  renew(connection: unknown): boolean {
    const openedAt = isObject(connection) ? this.#openedAt.get(connection) : undefined;
    const now = this.#now();
    if (openedAt === undefined || now - openedAt < MIN_AGE_MS) return false;
    // Another command may have renewed the connections since this one was sent: newer ones stay.
    if (openedAt > this.#renewedAt) this.#renewedAt = now;
    return true;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
