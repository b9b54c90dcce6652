import {
  assertDepth,
  assertDocument,
  assertPlainArray,
  assertPlainObject,
  assertWellFormed,
  type DocumentPath,
  refuse,
  refuseSize,
  refuseValue,
  type StateLimits,
} from './state-rules.js';

/**
 * The canonical JSON of a state: keys sorted by UTF-16 code units, no spaces, scalars as `JSON.stringify` writes them
 * (rule FMT-1; the scheme of RFC 8785). Two documents are deeply equal exactly when their texts are.
 * @throws InvalidStateError, StateTooLargeError
 */
export function toCanonicalJson(document: unknown, limits: StateLimits): string {
  assertDocument(document, limits.root);
  const text = new CanonicalWriter(limits).object(document, 1);
  // No text of that many UTF-16 units can have more bytes than allowed: most need no counting.
  if (text.length * 3 <= limits.maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  return bytes > limits.maxBytes ? refuseSize(limits, bytes) : text;
}

class CanonicalWriter {
  readonly #limits: StateLimits;
  readonly #root: string;
  readonly #path: DocumentPath = [];
  #written = 0;

  constructor(limits: StateLimits) {
    this.#limits = limits;
    this.#root = limits.root;
  }

  object(value: object, depth: number): string {
    assertDepth(depth, this.#root, this.#path);
    assertPlainObject(value, this.#root, this.#path);
    let text = '';
    for (const key of sortedKeys(value)) {
      const member: unknown = Reflect.get(value, key);
      if (member === undefined) continue;
      this.#path.push(key);
      text += `${text === '' ? '' : ','}${this.#string(key)}:${this.#value(member, depth)}`;
      this.#path.pop();
    }
    return `{${text}}`;
  }

  #array(value: readonly unknown[], depth: number): string {
    assertDepth(depth, this.#root, this.#path);
    assertPlainArray(value, this.#root, this.#path);
    let text = '';
    for (let index = 0; index < value.length; index += 1) {
      this.#path.push(index);
      text += `${index === 0 ? '' : ','}${this.#value(value[index], depth)}`;
      this.#path.pop();
    }
    return `[${text}]`;
  }

  #value(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return Number.isFinite(value) ? this.#count(String(value)) : refuseValue(this.#root, this.#path, value);
      case 'boolean':
        return this.#count(value ? 'true' : 'false');
      case 'object':
        if (value === null) return this.#count('null');
        return Array.isArray(value) ? this.#array(value, depth + 1) : this.object(value, depth + 1);
      case 'undefined':
        return refuse(this.#root, this.#path, 'expected a JSON value, got undefined; use null for an empty place');
      default:
        return refuseValue(this.#root, this.#path, value);
    }
  }

  #string(text: string): string {
    assertWellFormed(text, this.#root, this.#path);
    return this.#count(JSON.stringify(text));
  }

  /** Stops a document that holds the same part over and over long before it is written out. */
  #count(piece: string): string {
    this.#written += piece.length;
    return this.#written > this.#limits.maxBytes ? refuseSize(this.#limits, this.#written) : piece;
  }
}

/** Most documents are written with the same few shapes, whose keys are often sorted already. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}
