import { InvalidStateError, StateTooLargeError } from '../errors/usage-errors.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { describeValue, quote } from '../toolkit/describe-value.js';

/** How deep containers may be nested; the document itself is level 1 (rule ST-2). */
export const MAX_DEPTH = 200;

/** The limits of a state, and its name in error messages. */
export interface StateLimits {
  /** The first step of the path in an error: `state` or `expected`. */
  readonly root: string;
  readonly maxBytes: number;
}

/**
 * A part of a document is invalid. Each enclosing container adds its step while the error propagates, so that walking
 * a valid document costs no bookkeeping of paths.
 */
class InvalidPart extends Error {
  readonly steps: (string | number)[] = [];
}

function reject(problem: string): never {
  throw new InvalidPart(problem);
}

/** Rejects a value that JSON cannot express and that `JSON.stringify` would drop or coerce. */
export function rejectValue(value: unknown): never {
  reject(
    `expected a JSON value, got ${describeValue(value)}${value === undefined ? '; use null for an empty element' : ''}`,
  );
}

/** The error that a container rethrows: adds `step` to the path of an invalid part. */
export function withPath(step: string | number, error: unknown): unknown {
  if (error instanceof InvalidPart) error.steps.unshift(step);
  return error;
}

/**
 * Walks a document and reports an invalid part with its whole path.
 * @throws InvalidStateError
 */
export function validateDocument<T>(document: unknown, root: string, walk: (document: object) => T): T {
  try {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      return reject(`expected a plain object, got ${describeKind(document)}`);
    }
    return walk(document);
  } catch (error) {
    if (error instanceof InvalidPart) throw new InvalidStateError(root + spellPath(error.steps), error.message);
    if (isFsmStorageError(error)) throw error;
    throw new InvalidStateError(root, 'expected plain data, but reading it threw; see the cause', { cause: error });
  }
}

/** A number in place of the document may be state data, so the message shows only its type (rule ER-1). */
function describeKind(value: unknown): string {
  return typeof value === 'number' ? 'a number' : describeValue(value);
}

/** Shortens the path into a document that contains itself. */
function spellPath(steps: readonly (string | number)[]): string {
  const shown = steps.length > MAX_DEPTH / 2 ? [...steps.slice(0, 3), '…'] : steps;
  return shown.map((step) => (typeof step === 'number' ? `[${step}]` : spellKey(step))).join('');
}

function spellKey(key: string): string {
  return /^([\w$]{1,64}|…)$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

export function rejectSize({ root, maxBytes }: StateLimits, bytes: number): never {
  throw new StateTooLargeError(
    `${root}: expected at most ${maxBytes} bytes of canonical JSON, got ${bytes} or more; ` +
      'keep large data elsewhere, or raise maxStateBytes.',
  );
}

export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) reject(`nested deeper than ${MAX_DEPTH} levels, or it contains itself`);
}

/** Accepts objects that JSON represents completely: no class instances, no symbol keys. */
export function assertPlainObject(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !isPlainPrototype(prototype)) rejectValue(value);
  if (Object.getOwnPropertySymbols(value).length > 0) reject('expected string keys, got a symbol');
}

/** The `Object.prototype` of another realm, such as a vm context, is plain too. */
function isPlainPrototype(prototype: unknown): boolean {
  if (prototype === null) return true;
  if (typeof prototype !== 'object') return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Accepts arrays that have only elements. A hole is found later, as an `undefined` element. */
export function assertPlainArray(value: readonly unknown[]): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && !isArrayPrototype(prototype)) rejectValue(value);
  if (Object.keys(value).length > value.length) reject('expected only elements, got named properties');
}

/** The `Array.prototype` of another realm is plain too: an array whose prototype is an `Object.prototype`. */
function isArrayPrototype(prototype: unknown): boolean {
  return Array.isArray(prototype) && isPlainPrototype(Object.getPrototypeOf(prototype));
}

export function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) reject('expected well-formed text, got a lone surrogate');
}
