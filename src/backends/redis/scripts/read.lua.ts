import { createVerb } from './lua-verb.js';

/**
 * Reads a state or counter.
 *
 * key: the state or counter
 * Result: its text, or nil where there is none
 */
export const READ = createVerb(
  'read',
  `
return redis.pcall('GET', key)
`,
);
