import { writeText } from './lua-fragments.js';
import { createVerb } from './lua-script.js';

/**
 * Writes a state, whether or not one exists.
 *
 * key: the state
 * deadline: milliseconds until it expires; `never`; or `keep`: a live state keeps its deadline, a new one gets none
 * text: the state
 * Result: 1
 */
export const WRITE = createVerb(
  'write',
  ['text'],
  `
${writeText('text')}
return 1
`,
);
