import { createScript } from './redis-script.js';

/**
 * Writes a state where there is none. A plain SET NX that ioredis sends twice would lose to itself.
 *
 * KEYS[1]: the state
 * ARGV[1]: the text to write
 * ARGV[2…]: what SET is told about the deadline: `PX` and milliseconds, or nothing
 * Result: 1 where it was written, else 0
 */
export const SET_IF_ABSENT = createScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', unpack(ARGV, 2)) then return 1 end
return 0
`);
