import type { StateDocument } from '../../contract/state-document.js';
import { InvalidStateError, StateTooLargeError } from '../../errors/usage-errors.js';

const MAX_DEPTH = 200;

/**
 * Returns the canonical text of a document by the simplest implementation of rules ST-2 and FMT-1. It is slow on
 * purpose: the simpler the code, the less can be wrong.
 */
export function toReferenceText(document: unknown, maxBytes = Infinity): string {
  if (!isPlainObject(document)) throw new InvalidStateError('state', 'expected a plain object');
  return textOf(document, { path: 'state', ancestors: [], maxBytes });
}

/** Parses a stored text; undefined: the text is not a valid state (rule ST-4). */
export function parseReferenceText(text: string): StateDocument | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return JSON.parse(toReferenceText(document)) as StateDocument;
  } catch {
    return undefined;
  }
}

/**
 * Whether two JSON values are deeply equal. Key order is ignored, `-0` differs from `0`, and an object that is not
 * plain equals only itself.
 */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSameJson(item, right[index]));
  }
  if (isPlainObject(left) && isPlainObject(right)) {
    const keys = Reflect.ownKeys(left);
    return (
      keys.length === Reflect.ownKeys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isSameJson(Reflect.get(left, key), Reflect.get(right, key)))
    );
  }
  return Object.is(left, right);
}

/** The position of a value in the document. */
interface Position {
  readonly path: string;
  readonly ancestors: readonly object[];
  readonly maxBytes: number;
}

function textOf(value: unknown, position: Position): string {
  const { path, ancestors } = position;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (!Array.isArray(value) && !isPlainObject(value)) throw new InvalidStateError(path, `${typeof value} is not JSON`);
  if (ancestors.includes(value)) throw new InvalidStateError(path, 'refers to itself');
  if (ancestors.length >= MAX_DEPTH) throw new InvalidStateError(path, 'is nested too deeply');
  const inner = { ...position, ancestors: [...ancestors, value] };
  // Checked at every level: a document that doubles from level to level would otherwise never be finished.
  const text = Array.isArray(value) ? arrayText(value, inner) : objectText(value, inner);
  assertSize(text, position.maxBytes);
  return text;
}

function assertSize(text: string, maxBytes: number): void {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxBytes) throw new StateTooLargeError(`expected at most ${maxBytes} bytes, got ${bytes}`);
}

function arrayText(items: readonly unknown[], position: Position): string {
  const isSubclass = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(items))) !== null;
  const onlyItems = Reflect.ownKeys(items).length === items.length + 1;
  if (isSubclass || !onlyItems) throw new InvalidStateError(position.path, 'is not a plain array without holes');
  return `[${items.map((item, index) => textOf(item, { ...position, path: `${position.path}[${index}]` })).join(',')}]`;
}

function objectText(value: object, position: Position): string {
  const keys = Reflect.ownKeys(value).filter(isWellFormedString);
  if (keys.length < Reflect.ownKeys(value).length) {
    throw new InvalidStateError(position.path, 'has a key that is not a well-formed string');
  }
  const members = keys
    // JavaScript compares strings by UTF-16 code units, as FMT-1 requires.
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((key) => ({ key, item: readProperty(value, key, position.path) }))
    .filter(({ item }) => item !== undefined)
    .map(({ key, item }) => `${JSON.stringify(key)}:${textOf(item, { ...position, path: `${position.path}.${key}` })}`);
  return `{${members.join(',')}}`;
}

function isWellFormedString(key: string | symbol): key is string {
  return typeof key === 'string' && key.isWellFormed();
}

function readProperty(value: object, key: string, path: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    throw new InvalidStateError(`${path}.${key}`, 'has a getter that throws');
  }
}

/** Whether the prototype of the value is null or the `Object.prototype` of any realm. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return prototype === null;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}
