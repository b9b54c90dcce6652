import { createVerb } from './lua-script.js';

/**
 * Checks whether a state exists.
 *
 * key: the state
 * Result: 1 if it exists, otherwise 0
 */
export const EXISTS = createVerb(
  'exists',
  [],
  `
return redis.pcall('EXISTS', key)
`,
);
