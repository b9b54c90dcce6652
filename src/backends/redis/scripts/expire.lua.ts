import { createVerb } from './lua-script.js';

/**
 * Sets or removes the deadline of an entry. PERSIST alone returns 0 both for an entry without a deadline and for no entry.
 *
 * key: the entry
 * deadline: milliseconds until it expires, or `never`
 * Result: 1 if there is an entry, otherwise 0
 */
export const EXPIRE = createVerb(
  'expire',
  [],
  `
if deadline ~= 'never' then return redis.pcall('PEXPIRE', key, deadline) end
local persisted = redis.pcall('PERSIST', key)
if type(persisted) == 'table' then return persisted end
return redis.pcall('EXISTS', key)
`,
);
