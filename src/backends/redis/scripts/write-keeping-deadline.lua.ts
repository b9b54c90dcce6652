import { createScript } from './redis-script.js';

/**
 * Writes a state; a live one keeps its deadline, a new one gets the deadline given.
 *
 * KEYS[1]: the state
 * ARGV[1]: the text to write
 * ARGV[2]: milliseconds until a new state expires
 * Result: 1
 */
export const WRITE_KEEPING_DEADLINE = createScript(`
if not redis.call('SET', KEYS[1], ARGV[1], 'XX', 'KEEPTTL') then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
`);
