import type { StateDocument } from '../contract/state-document.js';
import type { ExpectedState, StorageKey } from '../contract/storage-driver.js';
import { corruptEntry } from '../toolkit/corrupt-entry.js';
import { toCanonicalJson } from './canonical-json.js';
import { copyDocument, documentsAreEqual, toPrivateCopy } from './document-copy.js';
import { MAX_DEPTH, type StateLimits } from './state-validation.js';

/** How states are put into the form a driver keeps, and back. */
export interface StateCodec<Encoded> {
  /** @throws InvalidStateError, StateTooLargeError */
  encode(document: unknown, limits: StateLimits): Encoded;
  /**
   * A document that is the caller's own.
   * @throws CorruptStateError
   */
  decode(stored: Encoded, key: StorageKey): StateDocument;
  /** What a compare-and-set looks for. */
  expect(encoded: Encoded): ExpectedState<Encoded>;
}

/** Canonical JSON, for drivers that ship bytes. */
export const textCodec: StateCodec<string> = {
  encode: toCanonicalJson,
  decode: (text, key) => parseState(text) ?? refuseStored(key),
  expect: (text) => ({
    encoded: text,
    matches: (stored) => stored === text || isSpelledOtherwise(stored, text),
  }),
};

/** Private copies, for drivers inside the process. */
export const documentCodec: StateCodec<StateDocument> = {
  encode: toPrivateCopy,
  decode: copyDocument,
  expect: (document) => ({
    encoded: document,
    matches: (stored) => documentsAreEqual(stored, document),
  }),
};

function isSpelledOtherwise(stored: string, text: string): boolean {
  const spelled = respell(stored);
  return spelled !== undefined && spelled === respell(text);
}

/** The canonical spelling of what may have been written by another program; undefined where it is not a state. */
function respell(text: string): string | undefined {
  const state = parseState(text);
  return state === undefined ? undefined : toCanonicalText(state);
}

/** Undefined for what JSON can say and a state may not: Infinity, a lone surrogate, more than so many levels. */
function toCanonicalText(document: StateDocument): string | undefined {
  try {
    return toCanonicalJson(document, { root: 'state', maxBytes: Infinity });
  } catch {
    return undefined;
  }
}

function parseState(text: string): StateDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isDocument(value)) return undefined;
  const isSuspect = SAYS_MORE_THAN_A_STATE.test(text) || (text.length > SHORT_TEXT && goesTooFar(value, 1));
  return isSuspect && !isState(value) ? undefined : value;
}

/** An exponent that may end in Infinity, or an escaped surrogate that may stand alone: canonical JSON has neither. */
const SAYS_MORE_THAN_A_STATE = /\d[eE]\+?\d{3}|\\u[dD][89a-fA-F]/;

/** Too short for digits that make Infinity, and for containers that lie too deep. */
const SHORT_TEXT = 300;

/** Whether a container holds Infinity or others that lie too deep. Walks by hand: each long state that is read comes by. */
function goesTooFar(container: object, depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  if (Array.isArray(container)) {
    for (const element of container as readonly unknown[]) if (isTooFar(element, depth)) return true;
    return false;
  }
  for (const key in container) if (isTooFar(container[key as keyof typeof container], depth)) return true;
  return false;
}

function isTooFar(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && goesTooFar(value, depth + 1);
}

function isState(document: StateDocument): boolean {
  return toCanonicalText(document) !== undefined;
}

function isDocument(value: unknown): value is StateDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parser's own error quotes the text, so it is no `cause`: state data is never in a message (rule ER-1). */
function refuseStored(key: StorageKey): never {
  throw corruptEntry(key, 'a JSON object that a state can be');
}
