import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A proxy to a server that can lose, delay and cut messages. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #losesReplies = false;
  #losesFrom = '';
  #delayMs = 0;

  private constructor(targetPort: () => number) {
    this.#server = createServer((near) => this.#join(near, connect(targetPort(), '127.0.0.1')));
  }

  /** @param target - a function where the server's port is known only later */
  static async to(target: number | (() => number)): Promise<TcpProxy> {
    const proxy = new TcpProxy(typeof target === 'number' ? () => target : target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The proxy is closed.');
    return address.port;
  }

  /** From the next request on that holds this text, requests arrive, but no reply comes back; until `cut`. */
  loseReplies(text = ''): void {
    this.#losesFrom = text;
    if (text === '') this.#losesReplies = true;
  }

  /** From now on requests and replies arrive so much later each, in their order; 0: at once. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    this.#losesReplies = false;
    this.#losesFrom = '';
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    const send = inOrder((request) => far.write(request));
    const reply = inOrder((data) => {
      if (!this.#losesReplies) near.write(data);
    });
    near.on('data', (request) => {
      if (this.#losesFrom !== '' && request.includes(this.#losesFrom)) this.#losesReplies = true;
      send(request, this.#delayMs);
    });
    far.on('data', (data) => reply(data, this.#delayMs));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

/** One direction of a connection: keeps the order of messages, even after the delay was set to 0. */
function inOrder(pass: (data: Buffer) => void): (data: Buffer, delayMs: number) => void {
  let waiting = 0;
  let last = Promise.resolve();
  return (data, delayMs) => {
    if (waiting === 0 && delayMs === 0) return pass(data);
    waiting += 1;
    const isDue = pause(delayMs);
    last = last.then(async () => {
      await isDue;
      waiting -= 1;
      pass(data);
    });
  };
}
