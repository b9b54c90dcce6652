import type { JsonValue, StateDocument } from '../contract/state-document.js';
import { toCanonicalJson } from './canonical-json.js';
import {
  assertDepth,
  assertPlainArray,
  assertPlainObject,
  assertWellFormed,
  inside,
  validateDocument,
  refuseValue,
  type StateLimits,
} from './state-validation.js';

/** A copy on its way: what was handed in may still stand in it. */
type Draft = { [key: string]: unknown };
type MutableDocument = { [key: string]: JsonValue };

/**
 * A checked copy that shares nothing with what was handed in: about twice as fast as by way of text. Objects are
 * copied by spread, which clones an object of a known shape at once, and looked through afterwards.
 * @throws InvalidStateError, StateTooLargeError
 */
export function toPrivateCopy(document: unknown, limits: StateLimits): StateDocument {
  const budget = { left: limits.maxBytes };
  const copy = validateDocument(document, limits.root, (object) => checkedObject(object, 1, budget));
  // Near the limit only the text tells the size.
  return budget.left < 0 ? parseDocument(toCanonicalJson(document, limits)) : copy;
}

function parseDocument(text: string): StateDocument {
  return JSON.parse(text) as StateDocument;
}

/** A copy of a document that is known to be a state. */
export function copyDocument(document: StateDocument): StateDocument {
  const copy: MutableDocument = { ...document };
  for (const key of Object.keys(copy)) {
    const member = copy[key];
    if (isContainer(member)) copy[key] = copyContainer(member);
  }
  return copy;
}

function copyContainer(container: Container): JsonValue {
  if (!isArray(container)) return copyDocument(container);
  const copy = container.slice();
  for (let index = 0; index < copy.length; index += 1) {
    const element = copy[index];
    if (isContainer(element)) copy[index] = copyContainer(element);
  }
  return copy;
}

/** Whether two states are deeply equal, key order aside (rule CAS-1). */
export function documentsAreEqual(left: StateDocument, right: StateDocument): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && valuesAreEqual(left[key] ?? null, right[key] ?? null));
}

function valuesAreEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (!isContainer(left) || !isContainer(right)) return false;
  if (!isArray(left)) return !isArray(right) && documentsAreEqual(left, right);
  if (!isArray(right) || left.length !== right.length) return false;
  return left.every((element, index) => valuesAreEqual(element, right[index] ?? null));
}

/** Bytes that a copy may still take; below 0 it is unfinished, and not to be used. */
interface Budget {
  left: number;
}

function checkedObject(object: object, depth: number, budget: Budget): StateDocument {
  assertDepth(depth);
  assertPlainObject(object);
  const copy: Draft = { ...object };
  const keys = Object.keys(copy);
  // All at once: to look each up by its key costs more than the rest of its check.
  const members: readonly unknown[] = Object.values(copy);
  let hasUndefined = false;
  let key = '';
  try {
    for (let index = 0; index < members.length && budget.left >= 0; index += 1) {
      const member = members[index];
      key = keys[index] ?? '';
      countText(key, budget);
      budget.left -= MOST_BYTES_OF_A_SCALAR;
      if (typeof member === 'object' && member !== null) copy[key] = checkedContainer(member, depth + 1, budget);
      else if (Object.is(member, -0)) copy[key] = 0;
      else if (member === undefined) hasUndefined = true;
      else assertScalar(member, budget);
    }
  } catch (error) {
    throw inside(key, error);
  }
  return (hasUndefined ? withoutUndefined(copy) : copy) as StateDocument;
}

function checkedArray(array: readonly unknown[], depth: number, budget: Budget): JsonValue {
  assertDepth(depth);
  assertPlainArray(array);
  const copy = array.slice();
  let index = 0;
  try {
    for (; index < copy.length && budget.left >= 0; index += 1) {
      const element = copy[index];
      budget.left -= MOST_BYTES_OF_A_SCALAR;
      if (typeof element === 'object' && element !== null) copy[index] = checkedContainer(element, depth + 1, budget);
      else if (Object.is(element, -0)) copy[index] = 0;
      else assertScalar(element, budget);
    }
  } catch (error) {
    throw inside(index, error);
  }
  return copy as JsonValue[];
}

function checkedContainer(container: object, depth: number, budget: Budget): JsonValue {
  return Array.isArray(container) ? checkedArray(container, depth, budget) : checkedObject(container, depth, budget);
}

/** Stays in the copy as it is. */
function assertScalar(value: unknown, budget: Budget): void {
  if (typeof value === 'string') countText(value, budget);
  else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean' && value !== null) {
    refuseValue(value);
  }
}

function countText(text: string, budget: Budget): void {
  assertWellFormed(text);
  budget.left -= text.length * MOST_BYTES_OF_A_UNIT + MOST_BYTES_OF_QUOTES;
}

/** `\u0000` is the longest way JSON has to write a UTF-16 unit. */
const MOST_BYTES_OF_A_UNIT = 6;
/** Two quotes, a colon and a comma. */
const MOST_BYTES_OF_QUOTES = 4;
/** `-1.2345678901234567e-300,`, or two brackets. */
const MOST_BYTES_OF_A_SCALAR = 26;

/** Built anew, as an object that a member was deleted from is slow for ever. */
function withoutUndefined(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([, member]) => member !== undefined));
}

type Container = Extract<JsonValue, object>;

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
