import { createVerb } from './lua-script.js';

/**
 * Reads the time until a state expires.
 *
 * key: the state
 * Result: milliseconds; -1 if it never expires; -2 if there is no state
 */
export const READ_TTL = createVerb(
  'readTtl',
  [],
  `
return redis.pcall('PTTL', key)
`,
);
