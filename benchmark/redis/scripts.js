import { createHash } from 'node:crypto';

/** KEYS[1]: the state; ARGV[1]: the text expected; ARGV[2]: the text to write. Returns 1 or 0. */
export const COMPARE_AND_SET = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`);

/** KEYS[1]: the counter; ARGV[1]: the amount; ARGV[2]: milliseconds. Returns the total. */
export const INCREMENT_WITH_TTL = script(`
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return total`);

/** KEYS[1]: the counter; ARGV[1]: the amount. Returns the total, which no reader ever sees out of range. */
export const INCREMENT_IN_RANGE = script(`
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
if total > 9007199254740991 or total < -9007199254740991 then
  redis.call('INCRBY', KEYS[1], -ARGV[1])
  return 'overflow'
end
return total`);

/** @param {string} lua */
function script(lua) {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
