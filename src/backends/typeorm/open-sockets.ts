import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * The sockets of a pool. A pool that is closed says goodbye to its server and waits for it to hang up; a server that
 * is frozen never does, and the process would not end.
 */
export class OpenSockets {
  readonly #sockets = new Set<Duplex>();

  /** For a driver's `stream` option. @param own - the app's own way to make one */
  open(own?: unknown): Duplex {
    const socket = isFactory(own) ? own() : new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function isFactory(value: unknown): value is () => Duplex {
  return typeof value === 'function';
}
