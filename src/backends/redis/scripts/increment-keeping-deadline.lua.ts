import { ADD_AMOUNT } from './add-amount.js';
import { createVerb } from './lua-verb.js';

/**
 * Adds to a counter; a live one keeps its deadline, a new one starts from 0 and gets the deadline given.
 *
 * key: the counter
 * deadline: milliseconds until a new counter expires
 * first: the amount, a safe integer
 * Result: the new total; `overflow` or `corrupt` where nothing was changed
 */
export const INCREMENT_KEEPING_DEADLINE = createVerb(
  'incrementKeepingDeadline',
  `
local created = redis.pcall('SET', key, '0', 'NX', 'PX', deadline)
if created and created.err then return created end
${ADD_AMOUNT}
return total
`,
);
