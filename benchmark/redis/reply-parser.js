const LINE_FEED = 10;
const INCOMPLETE = Symbol('incomplete');

const [SIMPLE, ERROR, INTEGER, BULK, ARRAY] = ['+', '-', ':', '$', '*'].map((sign) => sign.charCodeAt(0));

/** Parses RESP 2 replies from chunks that may end anywhere. */
export class ReplyParser {
  /** @type {Buffer} */
  #buffer = Buffer.alloc(0);
  #position = 0;
  #onReply;

  /** @param {(reply: unknown) => void} onReply */
  constructor(onReply) {
    this.#onReply = onReply;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    const isRestLeft = this.#position < this.#buffer.length;
    this.#buffer = isRestLeft ? Buffer.concat([this.#buffer.subarray(this.#position), chunk]) : chunk;
    this.#position = 0;
    while (this.#position < this.#buffer.length) {
      const start = this.#position;
      const reply = this.#read();
      if (reply === INCOMPLETE) {
        this.#position = start;
        return;
      }
      this.#onReply(reply);
    }
  }

  /** @returns {unknown} */
  #read() {
    const lineEnd = this.#buffer.indexOf(LINE_FEED, this.#position);
    if (lineEnd === -1) return INCOMPLETE;
    const type = this.#buffer[this.#position];
    const line = this.#buffer.toString('latin1', this.#position + 1, lineEnd - 1);
    this.#position = lineEnd + 1;
    if (type === BULK) return this.#readBulk(Number(line));
    if (type === INTEGER) return Number(line);
    if (type === SIMPLE) return line;
    if (type === ARRAY) return this.#readArray(Number(line));
    if (type === ERROR) return new Error(line);
    throw new Error(`no reply begins with ${type}`);
  }

  /** @param {number} length */
  #readBulk(length) {
    if (length === -1) return null;
    const end = this.#position + length;
    if (this.#buffer.length < end + 2) return INCOMPLETE;
    const text = this.#buffer.toString('utf8', this.#position, end);
    this.#position = end + 2;
    return text;
  }

  /** @param {number} length */
  #readArray(length) {
    if (length === -1) return null;
    const elements = [];
    for (let index = 0; index < length; index += 1) {
      const element = this.#read();
      if (element === INCOMPLETE) return INCOMPLETE;
      elements.push(element);
    }
    return elements;
  }
}
