import { createVerb } from './lua-verb.js';
import { writeText } from './write-text.js';

/**
 * Replaces a state if its text is the one expected.
 *
 * key: the state
 * deadline: milliseconds until it expires, `never`, or `keep` the one it has
 * first: the text expected
 * second: the text to write
 * Result: 1 where it was written; 0 where there is no state; a list of the text that is there where it is another one
 */
export const COMPARE_AND_SET = createVerb(
  'compareAndSet',
  `
local current = redis.pcall('GET', key)
if type(current) ~= 'string' then return 0 end
if current ~= first then return { current } end
${writeText('second')}
return 1
`,
);
