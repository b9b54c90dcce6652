import {
  assertDepth,
  assertPlainArray,
  assertPlainObject,
  assertWellFormed,
  rejectSize,
  rejectValue,
  type StateLimits,
  validateDocument,
  withPath,
} from './state-validation.js';

/**
 * The canonical JSON of a state: keys sorted by UTF-16 code units, no spaces, scalars as `JSON.stringify` writes them
 * (rule FMT-1; the scheme of RFC 8785). Two documents are deeply equal exactly when their texts are.
 * @throws InvalidStateError, StateTooLargeError
 */
export function toCanonicalJson(document: unknown, limits: StateLimits): string {
  const text = validateDocument(document, limits.root, (object) => writeObject(object, 1, limits));
  // Reading one character flattens V8's rope string; otherwise every later write would walk the rope.
  const isFlat = text.charCodeAt(0) > 0;
  // A UTF-16 unit takes at most three bytes, so most texts need no counting.
  if (isFlat && text.length * 3 <= limits.maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  return bytes > limits.maxBytes ? rejectSize(limits, bytes) : text;
}

function writeObject(object: object, depth: number, limits: StateLimits): string {
  assertDepth(depth);
  assertPlainObject(object);
  let text = '';
  let key = '';
  const members = object as Readonly<Record<string, unknown>>;
  const order = orderMembers(object, limits);
  try {
    for (const member of order) {
      key = member.key;
      const value = members[key];
      if (value === undefined) continue;
      text += (text === '' ? member.opening : member.following) + writeValue(value, depth, limits);
      if (text.length > limits.maxBytes) rejectSize(limits, text.length);
    }
  } catch (error) {
    throw withPath(key, error);
  }
  return closeContainer(text === '' ? '{' : text, '}', limits);
}

function writeArray(array: readonly unknown[], depth: number, limits: StateLimits): string {
  assertDepth(depth);
  assertPlainArray(array);
  let text = '[';
  let index = 0;
  try {
    for (; index < array.length; index += 1) {
      text += `${index > 0 ? ',' : ''}${writeValue(array[index], depth, limits)}`;
      if (text.length > limits.maxBytes) rejectSize(limits, text.length);
    }
  } catch (error) {
    throw withPath(index, error);
  }
  return closeContainer(text, ']', limits);
}

function writeValue(value: unknown, depth: number, limits: StateLimits): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value);
    case 'number':
      return Number.isFinite(value) ? `${value}` : rejectValue(value); // `${-0}` is 0, as in JSON.
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, depth + 1, limits) : writeObject(value, depth + 1, limits);
    default:
      return rejectValue(value);
  }
}

function closeContainer(text: string, bracket: string, limits: StateLimits): string {
  return text.length < limits.maxBytes ? text + bracket : rejectSize(limits, text.length + 1);
}

/** What JSON escapes, and surrogates, which may be alone. */
const MAY_NEED_ESCAPES = /["\\\u0000-\u001f\ud800-\udfff]/;

/** For longer texts, `JSON.stringify` is faster than testing them first. */
const SHORT_TEXT = 64;

/** A text as `JSON.stringify` writes it. A lone surrogate is rejected. */
function quoteText(text: string): string {
  if (text.length <= SHORT_TEXT && !MAY_NEED_ESCAPES.test(text)) return `"${text}"`;
  assertWellFormed(text);
  return JSON.stringify(text);
}

/** A member of an object, and its key as canonical JSON writes it. */
interface OrderedMember {
  readonly key: string;
  /** For the first member: `{"key":` */
  readonly opening: string;
  /** For every other member: `,"key":` */
  readonly following: string;
}

/** Two quotes, a colon, a comma or brace, and one character of the value. */
const MIN_BYTES_OF_MEMBER = 5;

/** Objects that have the same keys in the same order. */
interface Shape {
  readonly keys: readonly string[];
  readonly members: readonly OrderedMember[];
}

/**
 * Shapes with more or longer keys are not cached: their keys are probably data, such as user ids, and would make ever
 * new shapes.
 */
const MAX_CACHED_KEYS = 24;
const MAX_CACHED_KEY_LENGTH = 64;
/** Limits of the cache: shapes with the same first key, and first keys. When one is reached, that level starts empty. */
const MAX_SHAPES = 8;
const MAX_FIRST_KEYS = 500;

/**
 * A cache of sorted keys, as an app writes states of the same few shapes over and over. The first key distinguishes most
 * shapes.
 */
const shapesByFirstKey = new Map<string, Shape[]>();

/** The members of an object in the order of canonical JSON: by UTF-16 code units (rule FMT-1). */
export function orderMembers(object: object, limits: StateLimits): readonly OrderedMember[] {
  const keys = Object.keys(object);
  const cached = shapesByFirstKey.get(keys[0] ?? '');
  if (cached !== undefined) {
    for (const shape of cached) if (hasKeys(shape, keys)) return shape.members;
  }
  assertMembersFit(object, keys, limits);
  const shape = { keys, members: [...keys].sort().map(toMember) };
  const isCacheable = keys.length <= MAX_CACHED_KEYS && keys.every((key) => key.length <= MAX_CACHED_KEY_LENGTH);
  if (isCacheable) cacheShape(shape, cached);
  return shape.members;
}

/** Rejects an object that is too large whatever its values are, before its keys are sorted: that takes seconds for a million. */
function assertMembersFit(object: object, keys: readonly string[], limits: StateLimits): void {
  const members = object as Readonly<Record<string, unknown>>;
  let bytes = 1;
  for (const key of keys) {
    if (members[key] === undefined) continue;
    bytes += key.length + MIN_BYTES_OF_MEMBER;
    if (bytes > limits.maxBytes) rejectSize(limits, bytes);
  }
}

function hasKeys(shape: Shape, keys: readonly string[]): boolean {
  if (shape.keys.length !== keys.length) return false;
  for (let index = 0; index < keys.length; index += 1) if (shape.keys[index] !== keys[index]) return false;
  return true;
}

function cacheShape(shape: Shape, cached: Shape[] | undefined): void {
  if (cached !== undefined && cached.length < MAX_SHAPES) {
    cached.push(shape);
    return;
  }
  if (shapesByFirstKey.size >= MAX_FIRST_KEYS) shapesByFirstKey.clear();
  shapesByFirstKey.set(shape.keys[0] ?? '', [shape]);
}

function toMember(key: string): OrderedMember {
  try {
    const quoted = quoteText(key);
    return { key, opening: `{${quoted}:`, following: `,${quoted}:` };
  } catch (error) {
    throw withPath(key, error);
  }
}
