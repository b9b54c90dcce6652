import type { StateDocument } from '../contract/state-document.js';
import type { ExpectedState, StorageKey } from '../contract/storage-driver.js';
import { corruptEntry } from '../errors/outcome-errors.js';
import { toCanonicalJson } from './canonical-json.js';
import { copyDocument, documentsAreEqual, toPrivateCopy } from './document-copy.js';
import { MAX_DEPTH, type StateLimits } from './state-validation.js';

/** Converts states to the form that a driver stores, and back. */
export interface StateCodec<Encoded> {
  /** @throws InvalidStateError, StateTooLargeError */
  encode(document: unknown, limits: StateLimits): Encoded;
  /**
   * Returns a document that the caller may keep and change.
   * @throws CorruptStateError
   */
  decode(stored: Encoded, key: StorageKey): StateDocument;
  /** The expected state of a compare-and-set. */
  expect(encoded: Encoded): ExpectedState<Encoded>;
}

/** Canonical JSON, for drivers that transport bytes. */
export const textCodec: StateCodec<string> = {
  encode: toCanonicalJson,
  decode: (text, key) => parseState(text) ?? rejectStored(key),
  expect: (text) => ({
    encoded: text,
    matches: (stored) => stored === text || hasSameCanonicalText(stored, text),
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

function hasSameCanonicalText(stored: string, text: string): boolean {
  const canonical = canonicalTextOf(stored);
  return canonical !== undefined && canonical === canonicalTextOf(text);
}

/** The canonical JSON of a text that another program may have written; undefined: it is not a state. */
function canonicalTextOf(text: string): string | undefined {
  const state = parseState(text);
  return state === undefined ? undefined : toCanonicalText(state);
}

/** undefined: valid JSON, but not a valid state, because of Infinity, a lone surrogate or too many levels. */
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
  const isSuspect = MAY_BREAK_RULES.test(text) || (text.length > SHORT_TEXT && breaksLimits(value, 1));
  return isSuspect && !isState(value) ? undefined : value;
}

/** An exponent that may give Infinity, or an escaped surrogate that may be alone. Canonical JSON has neither. */
const MAY_BREAK_RULES = /\d[eE]\+?\d{3}|\\u[dD][89a-fA-F]/;

/** Shorter texts cannot contain enough digits for Infinity or enough brackets for too many levels. */
const SHORT_TEXT = 300;

/** Whether a container holds Infinity or is nested too deep. Hand-written loop: this runs for every long state that is read. */
function breaksLimits(container: object, depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  if (Array.isArray(container)) {
    for (const element of container as readonly unknown[]) if (valueBreaksLimits(element, depth)) return true;
    return false;
  }
  for (const key in container) if (valueBreaksLimits(container[key as keyof typeof container], depth)) return true;
  return false;
}

function valueBreaksLimits(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && breaksLimits(value, depth + 1);
}

function isState(document: StateDocument): boolean {
  return toCanonicalText(document) !== undefined;
}

function isDocument(value: unknown): value is StateDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the parser's error as `cause`, because it quotes the text: messages never hold state data (rule ER-1). */
function rejectStored(key: StorageKey): never {
  throw corruptEntry(key, 'a JSON object that is a valid state');
}
