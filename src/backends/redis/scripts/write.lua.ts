import { createVerb } from './lua-verb.js';
import { writeText } from './write-text.js';

/**
 * Writes a state, whatever was there.
 *
 * key: the state
 * deadline: milliseconds until it expires, `never`, or `keep`: a live one keeps its deadline, a new one gets none
 * first: the text to write
 * Result: 1
 */
export const WRITE = createVerb(
  'write',
  `
${writeText('first')}
return 1
`,
);
