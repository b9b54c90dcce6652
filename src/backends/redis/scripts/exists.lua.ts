import { createVerb } from './lua-verb.js';

/**
 * Looks whether there is a state.
 *
 * key: the state
 * Result: 1 where there is one, else 0
 */
export const EXISTS = createVerb(
  'exists',
  `
return redis.pcall('EXISTS', key)
`,
);
