import { InvalidStateError } from '../errors/invalid-state.error.js';
import { StateTooLargeError } from '../errors/state-too-large.error.js';
import { describeValue } from './describe-value.js';

/** How many containers may lie in each other; the document itself is the first (rule ST-2). */
export const MAX_DEPTH = 200;

/** What a state is checked against, and what its errors call it. */
export interface StateLimits {
  /** The name the path in an error begins with: `state` or `expected`. */
  readonly root: string;
  readonly maxBytes: number;
}

/** Where a walk through a document is, for the error that names it. */
export type DocumentPath = (string | number)[];

/** Says where and why a document is refused. */
export function refuse(root: string, path: DocumentPath, problem: string): never {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : spellStep(step))).join('');
  throw new InvalidStateError(`${root}${text}`, problem);
}

function spellStep(key: string): string {
  return /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function refuseSize(limits: StateLimits, bytes: number): never {
  throw new StateTooLargeError(
    `${limits.root}: expected at most ${limits.maxBytes} bytes of canonical JSON, got ${bytes} or more; ` +
      'keep large data elsewhere, or raise maxStateBytes.',
  );
}

/** The document itself must be an object; every other value is judged where it stands. */
export function assertDocument(document: unknown, root: string): asserts document is object {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    refuse(root, [], `expected a plain object, got ${describeValue(document)}`);
  }
}

/** Refuses all that JSON cannot say and that `JSON.stringify` would drop or coerce. */
export function refuseValue(root: string, path: DocumentPath, value: unknown): never {
  refuse(root, path, `expected a JSON value, got ${describeValue(value)}`);
}

export function assertDepth(depth: number, root: string, path: DocumentPath): void {
  if (depth <= MAX_DEPTH) return;
  refuse(root, path.slice(0, 3), `nested deeper than ${MAX_DEPTH} levels, or it holds itself`);
}

/** Only objects that are nothing but their own enumerable string keys: no class, no symbol keys. */
export function assertPlainObject(value: object, root: string, path: DocumentPath): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !isPlainPrototype(prototype)) refuseValue(root, path, value);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(root, path, 'expected string keys, got a symbol');
}

/** Also the `Object.prototype` of another realm, such as a vm context, is plain. */
function isPlainPrototype(prototype: unknown): boolean {
  if (prototype === null) return true;
  if (typeof prototype !== 'object') return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Only arrays that are nothing but their elements; a hole is found later, as an `undefined` element. */
export function assertPlainArray(value: readonly unknown[], root: string, path: DocumentPath): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Array.prototype || Object.getPrototypeOf(Object.getPrototypeOf(prototype)) === null;
  if (!isPlain) refuseValue(root, path, value);
  if (Object.keys(value).length > value.length)
    refuse(root, path, 'expected nothing but elements, got named properties');
}

export function assertWellFormed(text: string, root: string, path: DocumentPath): void {
  if (!text.isWellFormed()) refuse(root, path, 'expected well-formed text, got a lone surrogate');
}
