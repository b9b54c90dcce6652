import { quoteKey, quoteText, writeNumber } from './json-text.js';
import {
  assertDepth,
  assertPlainArray,
  assertPlainObject,
  inside,
  judge,
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
  const text = judge(document, limits.root, (object) => writeObject(object, 1, limits));
  // No text of that many UTF-16 units can have more bytes than allowed: most need no counting.
  if (text.length * 3 <= limits.maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  return bytes > limits.maxBytes ? refuseSize(limits, bytes) : text;
}

function writeObject(object: object, depth: number, limits: StateLimits): string {
  assertDepth(depth);
  assertPlainObject(object);
  const members = object as Readonly<Record<string, unknown>>;
  let text = '{';
  let key = '';
  try {
    for (key of sortedKeys(object)) {
      const member = members[key];
      if (member === undefined) continue;
      text += `${text.length > 1 ? ',' : ''}${quoteKey(key)}${writeValue(member, depth, limits)}`;
    }
  } catch (error) {
    throw inside(key, error);
  }
  return closed(text, '}', limits);
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

/** In place, by insertion: states have few keys, and often sorted ones. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let sorted = 1; sorted < keys.length; sorted += 1) {
    const key = keys[sorted] ?? '';
    let place = sorted;
    for (; place > 0 && (keys[place - 1] ?? '') > key; place -= 1) keys[place] = keys[place - 1] ?? '';
    keys[place] = key;
  }
  return keys;
}

const FEW_KEYS = 16;
