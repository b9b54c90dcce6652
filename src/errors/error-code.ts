/** Every `code` of an `FsmStorageError` (rules ER-2 to ER-4). */
export const ERROR_CODES = [
  'INVALID_IDENTIFIER',
  'INVALID_STATE',
  'STATE_TOO_LARGE',
  'INVALID_TTL',
  'INVALID_AMOUNT',
  'INVALID_PATTERN',
  'INVALID_OPTIONS',
  'NOT_STARTED',
  'MISSING_DEPENDENCY',
  'CORRUPT_STATE',
  'COUNTER_OVERFLOW',
  'CONTENTION',
  'UNAVAILABLE',
  'TIMEOUT',
  'CIRCUIT_OPEN',
] as const;

/** One of the codes of `ERROR_CODES`. */
export type ErrorCode = (typeof ERROR_CODES)[number];
