import { createVerb } from './lua-script.js';

/**
 * Removes an entry. A script, because ioredis could send a plain UNLINK twice and remove what another client wrote in between.
 *
 * key: the state or counter
 * Result: 1 if there was one, otherwise 0
 */
export const REMOVE = createVerb(
  'remove',
  [],
  `
return redis.pcall('UNLINK', key)
`,
);
