import { InvalidStateError, StateTooLargeError } from '../../errors/usage-errors.js';

const MAX_DEPTH = 200;

/**
 * The canonical text of a document, by the most naive reading of rules ST-2 and FMT-1. Slow on purpose: nothing here
 * is clever enough to be wrong.
 */
export function toReferenceText(document: unknown, maxBytes = Infinity): string {
  if (!isPlainObject(document)) throw new InvalidStateError('state', 'expected a plain object');
  const text = textOf(document, { path: 'state', ancestors: [], maxBytes });
  return limited(text, maxBytes);
}

/** Whether two JSON values are deeply equal, key order aside; `-0` is not `0`, and what is not JSON equals nothing. */
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

/** Where in the document a value stands. */
interface Place {
  readonly path: string;
  readonly ancestors: readonly object[];
  readonly maxBytes: number;
}

function textOf(value: unknown, place: Place): string {
  const { path, ancestors } = place;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (!Array.isArray(value) && !isPlainObject(value)) throw new InvalidStateError(path, `${typeof value} is not JSON`);
  if (ancestors.includes(value)) throw new InvalidStateError(path, 'refers to itself');
  if (ancestors.length >= MAX_DEPTH) throw new InvalidStateError(path, 'is nested too deeply');
  const inside = { ...place, ancestors: [...ancestors, value] };
  // Already here: a document whose parts double from level to level would never be written out.
  return limited(Array.isArray(value) ? arrayText(value, inside) : objectText(value, inside), place.maxBytes);
}

function limited(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxBytes) throw new StateTooLargeError(`expected at most ${maxBytes} bytes, got ${bytes}`);
  return text;
}

function arrayText(items: readonly unknown[], place: Place): string {
  const isSubclass = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(items))) !== null;
  const onlyItems = Reflect.ownKeys(items).length === items.length + 1;
  if (isSubclass || !onlyItems) throw new InvalidStateError(place.path, 'is not a plain array without holes');
  return `[${items.map((item, index) => textOf(item, { ...place, path: `${place.path}[${index}]` })).join(',')}]`;
}

function objectText(value: object, place: Place): string {
  const keys = Reflect.ownKeys(value).filter(isText);
  if (keys.length < Reflect.ownKeys(value).length) throw new InvalidStateError(place.path, 'has a key that is no text');
  const members = keys
    // Strings are compared by UTF-16 code units, as FMT-1 asks.
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((key) => ({ key, item: readProperty(value, key, place.path) }))
    .filter(({ item }) => item !== undefined)
    .map(({ key, item }) => `${JSON.stringify(key)}:${textOf(item, { ...place, path: `${place.path}.${key}` })}`);
  return `{${members.join(',')}}`;
}

function isText(key: string | symbol): key is string {
  return typeof key === 'string' && key.isWellFormed();
}

function readProperty(value: object, key: string, path: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    throw new InvalidStateError(`${path}.${key}`, 'has a getter that throws');
  }
}

/** Its prototype is null or some realm's `Object.prototype`. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return prototype === null;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}
