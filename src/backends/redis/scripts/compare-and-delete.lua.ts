import { createScript } from './redis-script.js';

/**
 * Removes a state if its text is the one expected.
 *
 * KEYS[1]: the state
 * ARGV[1]: the text expected
 * Result: 1 where it was removed; 0 where there is no state; a list of the text that is there where it is another one
 */
export const COMPARE_AND_DELETE = createScript(`
local current = redis.pcall('GET', KEYS[1])
if type(current) ~= 'string' then return 0 end
if current ~= ARGV[1] then return { current } end
redis.call('DEL', KEYS[1])
return 1
`);
