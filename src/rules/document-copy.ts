import type { JsonValue, StateDocument } from '../contract/state-document.js';
import { toCanonicalJson } from './canonical-json.js';
import {
  assertDepth,
  assertDocument,
  assertPlainArray,
  assertPlainObject,
  assertWellFormed,
  type DocumentPath,
  refuse,
  refuseValue,
  type StateLimits,
} from './state-rules.js';

type MutableObject = { [key: string]: JsonValue };

/**
 * A checked copy that shares nothing with what was handed in: about twice as fast as by way of text.
 * @throws InvalidStateError, StateTooLargeError
 */
export function toPrivateCopy(document: unknown, limits: StateLimits): StateDocument {
  assertDocument(document, limits.root);
  const copier = new DocumentCopier(limits.root);
  const copy = copier.object(document, 1, limits.maxBytes);
  // Near the limit only the text tells the size.
  return copy ?? parseDocument(toCanonicalJson(document, limits));
}

function parseDocument(text: string): StateDocument {
  return JSON.parse(text) as StateDocument;
}

/** A copy of a document that is known to be a state. */
export function copyDocument(document: StateDocument): StateDocument {
  const copy: MutableObject = {};
  for (const key of Object.keys(document)) setMember(copy, key, copyValue(document[key] ?? null));
  return copy;
}

function copyValue(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return isArray(value) ? value.map(copyValue) : copyDocument(value);
}

/** Whether two states are deeply equal, key order aside (rule CAS-1). */
export function documentsAreEqual(left: StateDocument, right: StateDocument): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && valuesAreEqual(left[key] ?? null, right[key] ?? null));
}

function valuesAreEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (!isArray(left)) return !isArray(right) && documentsAreEqual(left, right);
  if (!isArray(right) || left.length !== right.length) return false;
  return left.every((element, index) => valuesAreEqual(element, right[index] ?? null));
}

class DocumentCopier {
  readonly #root: string;
  readonly #path: DocumentPath = [];
  #mostBytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Undefined when the copy may be larger than allowed. */
  object(value: object, depth: number, maxBytes: number): StateDocument | undefined {
    assertDepth(depth, this.#root, this.#path);
    assertPlainObject(value, this.#root, this.#path);
    const copy: MutableObject = {};
    for (const key of Object.keys(value)) {
      const member: unknown = Reflect.get(value, key);
      if (member === undefined) continue;
      this.#path.push(key);
      this.#countText(key);
      const copied = this.#value(member, depth, maxBytes);
      if (copied === undefined || this.#mostBytes > maxBytes) return undefined;
      setMember(copy, key, copied);
      this.#path.pop();
    }
    return copy;
  }

  #array(value: readonly unknown[], depth: number, maxBytes: number): JsonValue | undefined {
    assertDepth(depth, this.#root, this.#path);
    assertPlainArray(value, this.#root, this.#path);
    const copy: JsonValue[] = [];
    for (let index = 0; index < value.length; index += 1) {
      this.#path.push(index);
      const copied = this.#value(value[index], depth, maxBytes);
      if (copied === undefined || this.#mostBytes > maxBytes) return undefined;
      copy.push(copied);
      this.#path.pop();
    }
    return copy;
  }

  #value(value: unknown, depth: number, maxBytes: number): JsonValue | undefined {
    this.#mostBytes += MOST_BYTES_OF_A_SCALAR;
    switch (typeof value) {
      case 'string':
        this.#countText(value);
        return value;
      case 'number':
        // Adding 0 turns -0, which JSON cannot say, into 0.
        return Number.isFinite(value) ? value + 0 : refuseValue(this.#root, this.#path, value);
      case 'boolean':
        return value;
      case 'object':
        if (value === null) return null;
        return Array.isArray(value) ? this.#array(value, depth + 1, maxBytes) : this.object(value, depth + 1, maxBytes);
      case 'undefined':
        return refuse(this.#root, this.#path, 'expected a JSON value, got undefined; use null for an empty place');
      default:
        return refuseValue(this.#root, this.#path, value);
    }
  }

  #countText(text: string): void {
    assertWellFormed(text, this.#root, this.#path);
    this.#mostBytes += text.length * MOST_BYTES_OF_A_UNIT + MOST_BYTES_OF_QUOTES;
  }
}

/** `\u0000` is the longest way JSON has to write a UTF-16 unit. */
const MOST_BYTES_OF_A_UNIT = 6;
/** Two quotes, a colon and a comma. */
const MOST_BYTES_OF_QUOTES = 4;
/** `-1.2345678901234567e-300,` */
const MOST_BYTES_OF_A_SCALAR = 26;

/** Assigning to `__proto__` would set the prototype. */
function setMember(target: MutableObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') {
    target[key] = value;
    return;
  }
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
