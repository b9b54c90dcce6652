import { createConnection } from 'node:net';
import { ReplyParser } from './reply-parser.js';

/**
 * The least a client of Redis has to do: commands of one turn go out in one write, replies come back in order. No
 * reconnecting, no time-outs, no cluster: a limit for clients that have all that, not one to be used.
 */
export class RespClient {
  #socket;
  /** @type {string[]} */
  #outgoing = [];
  /** @type {{ resolve: (reply: any) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];
  #answered = 0;

  /** @param {import('node:net').Socket} socket connected */
  constructor(socket) {
    this.#socket = socket;
    const parser = new ReplyParser((reply) => this.#take(reply));
    socket.on('data', (/** @type {Buffer} */ chunk) => parser.push(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /**
   * @param {number} port on the loopback address
   * @returns {Promise<RespClient>}
   */
  static connect(port) {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RespClient(socket));
      });
    });
  }

  /**
   * @param {readonly (string | number)[]} command
   * @returns {Promise<any>}
   */
  send(command) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // Runs when all microtasks are through: whoever was woken by the same replies has then sent the next command.
      if (this.#outgoing.length === 0) process.nextTick(() => this.#flush());
      this.#outgoing.push(encode(command));
    });
  }

  close() {
    this.#socket.destroy();
  }

  #flush() {
    const text = this.#outgoing.join('');
    this.#outgoing = [];
    this.#socket.write(text);
  }

  /** @param {unknown} reply */
  #take(reply) {
    const caller = this.#waiting[this.#answered];
    this.#answered += 1;
    if (this.#answered === this.#waiting.length) {
      this.#waiting = [];
      this.#answered = 0;
    }
    if (reply instanceof Error) caller?.reject(reply);
    else caller?.resolve(reply);
  }

  /** @param {Error} error */
  #fail(error) {
    for (const { reject } of this.#waiting.slice(this.#answered)) reject(error);
    this.#waiting = [];
    this.#answered = 0;
  }
}

/** @param {readonly (string | number)[]} command */
function encode(command) {
  let text = `*${command.length}\r\n`;
  for (const part of command) {
    const argument = `${part}`;
    text += `$${Buffer.byteLength(argument)}\r\n${argument}\r\n`;
  }
  return text;
}
