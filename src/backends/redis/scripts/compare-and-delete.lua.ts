import { createVerb } from './lua-script.js';

/**
 * Removes a state if its text is the expected one.
 *
 * key: the state
 * expected: the text that must be stored
 * Result: 1 if it was removed; 0 if there is no state; a list with the stored text if that differs
 */
export const COMPARE_AND_DELETE = createVerb(
  'compareAndDelete',
  ['expected'],
  `
local current = redis.pcall('GET', key)
if type(current) ~= 'string' then return 0 end
if current ~= expected then return { current } end
return redis.pcall('DEL', key)
`,
);
