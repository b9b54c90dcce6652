import { createConnection } from 'node:net';
import { ReplyParser } from './reply-parser.js';

/**
 * A minimal Redis client: commands of one turn are sent in one write, replies arrive in order. It does not reconnect and
 * has no timeouts and no cluster: it is a limit to compare clients with, not a client to use.
 */
export class RespClient {
  #socket;
  /** @type {string[]} */
  #outgoing = [];
  /** @type {{ resolve: (reply: any) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];
  #replied = 0;

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
      // Flush after all microtasks, so callers resumed by the same replies can add their next command.
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
    const caller = this.#waiting[this.#replied];
    this.#replied += 1;
    if (this.#replied === this.#waiting.length) {
      this.#waiting = [];
      this.#replied = 0;
    }
    if (reply instanceof Error) caller?.reject(reply);
    else caller?.resolve(reply);
  }

  /** @param {Error} error */
  #fail(error) {
    for (const { reject } of this.#waiting.slice(this.#replied)) reject(error);
    this.#waiting = [];
    this.#replied = 0;
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
