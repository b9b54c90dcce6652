import { createVerb } from './lua-verb.js';

/**
 * Writes a state; a live one keeps its deadline, a new one gets the deadline given.
 *
 * key: the state
 * deadline: milliseconds until a new state expires
 * first: the text to write
 * Result: 1
 */
export const WRITE_KEEPING_DEADLINE = createVerb(
  'writeKeepingDeadline',
  `
local written = redis.pcall('SET', key, first, 'XX', 'KEEPTTL')
if not written then
  written = redis.pcall('SET', key, first, 'PX', deadline)
end
if written.err then return written end
return 1
`,
);
