import { InvalidStateError, StateTooLargeError } from '../errors/usage-errors.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import { describeValue } from '../toolkit/describe-value.js';

/** How many containers may lie in each other; the document itself is the first (rule ST-2). */
export const MAX_DEPTH = 200;

/** What a state is checked against, and what its errors call it. */
export interface StateLimits {
  /** The name the path in an error begins with: `state` or `expected`. */
  readonly root: string;
  readonly maxBytes: number;
}

/**
 * A part of a document is refused. Each container it lies in adds its step on the way out, so that a walk through a
 * good document need not know where it is.
 */
class Refusal extends Error {
  readonly steps: (string | number)[] = [];
}

export function refuse(problem: string): never {
  throw new Refusal(problem);
}

/** Refuses all that JSON cannot say and that `JSON.stringify` would drop or coerce. */
export function refuseValue(value: unknown): never {
  refuse(
    `expected a JSON value, got ${describeValue(value)}${value === undefined ? '; use null for an empty place' : ''}`,
  );
}

/** What a container throws on when a part of it, at `step`, was refused. */
export function inside(step: string | number, error: unknown): unknown {
  if (error instanceof Refusal) error.steps.unshift(step);
  return error;
}

/**
 * Walks a document and tells a refusal with its whole path.
 * @throws InvalidStateError
 */
export function validateDocument<T>(document: unknown, root: string, walk: (document: object) => T): T {
  try {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      return refuse(`expected a plain object, got ${describeKind(document)}`);
    }
    return walk(document);
  } catch (error) {
    if (error instanceof Refusal) throw new InvalidStateError(root + spellPath(error.steps), error.message);
    if (isFsmStorageError(error)) throw error;
    throw new InvalidStateError(root, 'expected plain data, but reading it threw; see the cause', { cause: error });
  }
}

/** A finite number at the top may be state data: only its kind is told (rule ER-1). */
function describeKind(value: unknown): string {
  return typeof value === 'number' ? 'a number' : describeValue(value);
}

/** Of a path that goes on for ever the beginning is enough. */
function spellPath(steps: readonly (string | number)[]): string {
  const shown = steps.length > MAX_DEPTH / 2 ? [...steps.slice(0, 3), '…'] : steps;
  return shown.map((step) => (typeof step === 'number' ? `[${step}]` : spellKey(step))).join('');
}

function spellKey(key: string): string {
  return /^([\w$]+|…)$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function refuseSize({ root, maxBytes }: StateLimits, bytes: number): never {
  throw new StateTooLargeError(
    `${root}: expected at most ${maxBytes} bytes of canonical JSON, got ${bytes} or more; ` +
      'keep large data elsewhere, or raise maxStateBytes.',
  );
}

export function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels, or it holds itself`);
}

/** Only objects that are their own enumerable string keys, which is what JSON sees of them: no class, no symbol keys. */
export function assertPlainObject(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !isPlainPrototype(prototype)) refuseValue(value);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('expected string keys, got a symbol');
}

/** Also the `Object.prototype` of another realm, such as a vm context, is plain. */
function isPlainPrototype(prototype: unknown): boolean {
  if (prototype === null) return true;
  if (typeof prototype !== 'object') return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Only arrays that are nothing but their elements; a hole is found later, as an `undefined` element. */
export function assertPlainArray(value: readonly unknown[]): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && !isArrayPrototype(prototype)) refuseValue(value);
  if (Object.keys(value).length > value.length) refuse('expected nothing but elements, got named properties');
}

/** Also the `Array.prototype` of another realm is plain: an array whose prototype is an `Object.prototype`. */
function isArrayPrototype(prototype: unknown): boolean {
  return Array.isArray(prototype) && isPlainPrototype(Object.getPrototypeOf(prototype));
}

export function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) refuse('expected well-formed text, got a lone surrogate');
}
