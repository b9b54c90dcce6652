import { ADD_AMOUNT } from './add-amount.js';
import { createVerb } from './lua-verb.js';

/**
 * Adds to a counter, which starts from 0 where there is none, and sets its deadline in the same step.
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
if deadline == 'never' then
  redis.pcall('PERSIST', key)
elseif deadline ~= 'keep' then
  redis.pcall('PEXPIRE', key, deadline)
end
return total
`,
);
