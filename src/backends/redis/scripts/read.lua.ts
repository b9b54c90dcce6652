import { createVerb } from './lua-script.js';

/**
 * Reads a state or counter.
 *
 * key: the state or counter
 * Result: its text; nil if there is none
 */
export const READ = createVerb(
  'read',
  [],
  `
return redis.pcall('GET', key)
`,
);
