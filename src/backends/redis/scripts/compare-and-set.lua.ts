import { writeText } from './lua-fragments.js';
import { createVerb } from './lua-script.js';

/**
 * Replaces a state if its text is the expected one.
 *
 * key: the state
 * deadline: milliseconds until it expires; `never`; or `keep` to keep its deadline
 * expected: the text that must be stored
 * replacement: the text to write
 * Result: 1 if it was written; 0 if there is no state; a list with the stored text if that differs
 */
export const COMPARE_AND_SET = createVerb(
  'compareAndSet',
  ['expected', 'replacement'],
  `
local current = redis.pcall('GET', key)
if type(current) ~= 'string' then return 0 end
if current ~= expected then return { current } end
${writeText('replacement')}
return 1
`,
);
