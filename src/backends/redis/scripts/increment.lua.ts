import { ADD_AMOUNT } from './add-amount.js';
import { createVerb } from './lua-verb.js';

/**
 * Adds to a counter, which starts from 0 where there is none, and sets its deadline in the same step. Where the server
 * does not let it set one, the amount is taken back, and a counter of 0 that nothing else would end is removed.
 *
 * key: the counter
 * deadline: milliseconds until it expires, `never`, or `keep`: a live one keeps its deadline, a new one gets none
 * first: the amount, a safe integer
 * Result: the new total; `overflow` or `corrupt` where nothing was changed
 */
export const INCREMENT = createVerb(
  'increment',
  `
${ADD_AMOUNT}
local timed
if deadline == 'never' then
  timed = redis.pcall('PERSIST', key)
elseif deadline ~= 'keep' then
  timed = redis.pcall('PEXPIRE', key, deadline)
end
if type(timed) == 'table' then
  local previous = redis.pcall('INCRBY', key, string.format('%.0f', 0 - tonumber(first)))
  if previous == 0 and redis.pcall('PTTL', key) == -1 then redis.pcall('DEL', key) end
  return timed
end
return total
`,
);
