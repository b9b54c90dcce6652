import { InvalidIdentifierError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';

/** The longest identifier, in UTF-8 bytes: every backend can index it. */
export const MAX_IDENTIFIER_BYTES = 512;

/** Refuses what is not an identifier (rule ID-1). */
export function assertIdentifier(identifier: unknown): asserts identifier is string {
  const problem = identifierProblem(identifier);
  if (problem !== undefined) {
    throw new InvalidIdentifierError(`identifier: expected a well-formed, non-empty string, but ${problem}.`);
  }
}

/** Whether a stored name can be an identifier: foreign keys in a shared server may not be. */
export function isIdentifier(identifier: unknown): identifier is string {
  return identifierProblem(identifier) === undefined;
}

function identifierProblem(identifier: unknown): string | undefined {
  if (typeof identifier !== 'string') return `got ${describeValue(identifier)}`;
  if (identifier.length === 0) return 'it is empty';
  if (!identifier.isWellFormed()) return 'it holds a lone surrogate';
  if (identifier.includes('\0')) return 'it holds U+0000';
  // A UTF-16 unit takes at most three bytes, so most identifiers need no counting.
  if (identifier.length * 3 <= MAX_IDENTIFIER_BYTES) return undefined;
  const bytes = Buffer.byteLength(identifier);
  return bytes > MAX_IDENTIFIER_BYTES
    ? `it has ${bytes} UTF-8 bytes and ${MAX_IDENTIFIER_BYTES} are allowed`
    : undefined;
}
