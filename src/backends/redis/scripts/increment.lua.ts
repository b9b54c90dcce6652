import { ADD_AMOUNT } from './lua-fragments.js';
import { createVerb } from './lua-script.js';

/**
 * Adds to a counter, which starts from 0 if there is none, and sets its deadline in the same step. If the server rejects the
 * deadline, the amount is subtracted again, and a counter of 0 that would never expire is removed.
 *
 * key: the counter
 * deadline: milliseconds until it expires; `never`; or `keep`: a live counter keeps its deadline, a new one gets none
 * amount: a safe integer
 * Result: the new total; `overflow` or `corrupt` if nothing was changed
 */
export const INCREMENT = createVerb(
  'increment',
  ['amount'],
  `
${ADD_AMOUNT}
local timed
if deadline == 'never' then
  timed = redis.pcall('PERSIST', key)
elseif deadline ~= 'keep' then
  timed = redis.pcall('PEXPIRE', key, deadline)
end
if type(timed) == 'table' then
  local previous = redis.pcall('INCRBY', key, string.format('%.0f', 0 - tonumber(amount)))
  if previous == 0 and redis.pcall('PTTL', key) == -1 then redis.pcall('DEL', key) end
  return timed
end
return total
`,
);
