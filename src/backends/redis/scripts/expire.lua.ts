import { createVerb } from './lua-verb.js';

/**
 * Gives a state a deadline or takes it away. PERSIST alone answers 0 both for a state without a deadline and for none.
 *
 * key: the state
 * deadline: milliseconds until it expires, or `never`
 * Result: 1 where there is a state, else 0
 */
export const EXPIRE = createVerb(
  'expire',
  `
if deadline ~= 'never' then return redis.pcall('PEXPIRE', key, deadline) end
local persisted = redis.pcall('PERSIST', key)
if type(persisted) == 'table' then return persisted end
return redis.pcall('EXISTS', key)
`,
);
