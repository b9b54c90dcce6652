import type { Duplex } from 'node:stream';

/** Makes a socket of what a driver tells it. */
export type SocketFactory = (...told: readonly unknown[]) => Duplex;

/**
 * The sockets of a pool. A pool that is closed says goodbye to its server and waits for it to hang up; a server that
 * is frozen never does, and the process would not end.
 */
export class OpenSockets {
  readonly #sockets = new Set<Duplex>();

  /**
   * For a driver's `stream` option.
   * @param own - the app's own way to make one, if it has one: an SSH tunnel, a cloud's connector
   * @param usual - how one is made otherwise
   */
  factory(own: unknown, usual: SocketFactory): SocketFactory {
    const open = isFactory(own) ? own : usual;
    return (...told) => {
      const socket = open(...told);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      return socket;
    };
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function isFactory(value: unknown): value is SocketFactory {
  return typeof value === 'function';
}
