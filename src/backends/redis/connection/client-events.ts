import type { RedisClient } from './redis-client.js';

const EVENTS = [
  'error',
  'ready',
  'end',
  'close',
  '-node', // A cluster lost one of its servers.
] as const;

/** Handlers of the events of a client. */
export type ClientListener = Readonly<Partial<Record<(typeof EVENTS)[number], (argument: unknown) => void>>>;

/** By client. */
const HUBS = new WeakMap<RedisClient, ClientEvents>();

/** Listens to a client. Returns the function that ends this; the last one leaves no listener on the client. */
export function listenToClient(client: RedisClient, listener: ClientListener): () => void {
  const hub = HUBS.get(client) ?? new ClientEvents(client);
  HUBS.set(client, hub);
  return hub.add(listener);
}

/**
 * The listeners of all storages on one client. They share one listener per event, however many storages use the client:
 * Node warns of a leak from the eleventh on.
 */
class ClientEvents {
  readonly #client: RedisClient;
  readonly #listeners = new Set<ClientListener>();
  readonly #handlers = EVENTS.map((event) => {
    const handle = (argument: unknown): void => {
      for (const listener of [...this.#listeners]) listener[event]?.(argument);
    };
    return { event, handle };
  });

  constructor(client: RedisClient) {
    this.#client = client;
    for (const { event, handle } of this.#handlers) client.on(event, handle);
  }

  add(listener: ClientListener): () => void {
    this.#listeners.add(listener);
    return () => this.#remove(listener);
  }

  #remove(listener: ClientListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    HUBS.delete(this.#client);
    for (const { event, handle } of this.#handlers) this.#client.off(event, handle);
  }
}
