import { quoteText, writeNumber } from './json-scalars.js';
import { orderMembers } from './key-order-cache.js';
import {
  assertDepth,
  assertPlainArray,
  assertPlainObject,
  inside,
  validateDocument,
  refuseSize,
  refuseValue,
  type StateLimits,
} from './state-validation.js';

/**
 * The canonical JSON of a state: keys sorted by UTF-16 code units, no spaces, scalars as `JSON.stringify` writes them
 * (rule FMT-1; the scheme of RFC 8785). Two documents are deeply equal exactly when their texts are.
 * @throws InvalidStateError, StateTooLargeError
 */
export function toCanonicalJson(document: unknown, limits: StateLimits): string {
  const text = validateDocument(document, limits.root, (object) => writeObject(object, 1, limits));
  // A look at one unit makes one piece of the many that the text was put together from: who sends it would walk them all.
  const isInOnePiece = text.charCodeAt(0) > 0;
  // No text of that many UTF-16 units can have more bytes than allowed: most need no counting.
  if (isInOnePiece && text.length * 3 <= limits.maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  return bytes > limits.maxBytes ? refuseSize(limits, bytes) : text;
}

function writeObject(object: object, depth: number, limits: StateLimits): string {
  assertDepth(depth);
  assertPlainObject(object);
  let text = '';
  let key = '';
  const members = object as Readonly<Record<string, unknown>>;
  const order = orderMembers(object);
  try {
    for (const member of order) {
      key = member.key;
      const value = members[key];
      if (value === undefined) continue;
      text += (text === '' ? member.opening : member.following) + writeValue(value, depth, limits);
    }
  } catch (error) {
    throw inside(key, error);
  }
  return closed(text === '' ? '{' : text, '}', limits);
}

function writeArray(array: readonly unknown[], depth: number, limits: StateLimits): string {
  assertDepth(depth);
  assertPlainArray(array);
  let text = '[';
  let index = 0;
  try {
    for (; index < array.length; index += 1) {
      text += `${index > 0 ? ',' : ''}${writeValue(array[index], depth, limits)}`;
    }
  } catch (error) {
    throw inside(index, error);
  }
  return closed(text, ']', limits);
}

function writeValue(value: unknown, depth: number, limits: StateLimits): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, depth + 1, limits) : writeObject(value, depth + 1, limits);
    default:
      return refuseValue(value);
  }
}

/** Stops a document that holds the same part over and over long before it is written out. */
function closed(text: string, bracket: string, limits: StateLimits): string {
  return text.length < limits.maxBytes ? text + bracket : refuseSize(limits, text.length + 1);
}
