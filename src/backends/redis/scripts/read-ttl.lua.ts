import { createVerb } from './lua-verb.js';

/**
 * Reads how long a state has left.
 *
 * key: the state
 * Result: milliseconds; -1 where it never expires, -2 where there is none
 */
export const READ_TTL = createVerb(
  'readTtl',
  `
return redis.pcall('PTTL', key)
`,
);
