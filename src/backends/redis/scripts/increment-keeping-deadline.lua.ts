import { ADD_AMOUNT } from './lua-fragments.js';
import { createVerb } from './lua-script.js';

/**
 * Adds to a counter. A live counter keeps its deadline; a new one starts from 0 and gets the given deadline.
 *
 * key: the counter
 * deadline: milliseconds until a new counter expires
 * amount: a safe integer
 * Result: the new total; `overflow` or `corrupt` if nothing was changed
 */
export const INCREMENT_KEEPING_DEADLINE = createVerb(
  'incrementKeepingDeadline',
  ['amount'],
  `
local created = redis.pcall('SET', key, '0', 'NX', 'PX', deadline)
if created and created.err then return created end
${ADD_AMOUNT}
return total
`,
);
