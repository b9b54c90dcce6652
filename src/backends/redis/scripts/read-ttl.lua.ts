import { createVerb } from './lua-script.js';

/**
 * Reads the time until an entry expires.
 *
 * key: the entry
 * Result: milliseconds; -1 if it never expires; -2 if there is no entry
 */
export const READ_TTL = createVerb(
  'readTtl',
  [],
  `
return redis.pcall('PTTL', key)
`,
);
