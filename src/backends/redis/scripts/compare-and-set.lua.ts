import { createScript } from './redis-script.js';

/**
 * Replaces a state if its text is the one expected.
 *
 * KEYS[1]: the state
 * ARGV[1]: the text expected
 * ARGV[2]: the text to write
 * ARGV[3…]: what SET is told about the deadline: `PX` and milliseconds, or `KEEPTTL`, or nothing
 * Result: 1 where it was written; 0 where there is no state; a list of the text that is there where it is another one
 */
export const COMPARE_AND_SET = createScript(`
local current = redis.pcall('GET', KEYS[1])
if type(current) ~= 'string' then return 0 end
if current ~= ARGV[1] then return { current } end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1
`);
