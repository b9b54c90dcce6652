import { createVerb } from './lua-verb.js';

/**
 * Removes an entry. A plain UNLINK that ioredis sends twice would remove what another wrote meanwhile.
 *
 * key: the state or counter
 * Result: 1 where there was one, else 0
 */
export const REMOVE = createVerb(
  'remove',
  `
return redis.pcall('UNLINK', key)
`,
);
