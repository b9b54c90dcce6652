import { createVerb } from './lua-verb.js';

/**
 * Removes a state if its text is the one expected.
 *
 * key: the state
 * first: the text expected
 * Result: 1 where it was removed; 0 where there is no state; a list of the text that is there where it is another one
 */
export const COMPARE_AND_DELETE = createVerb(
  'compareAndDelete',
  `
local current = redis.pcall('GET', key)
if type(current) ~= 'string' then return 0 end
if current ~= first then return { current } end
return redis.pcall('DEL', key)
`,
);
