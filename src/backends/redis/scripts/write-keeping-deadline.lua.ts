import { createVerb } from './lua-script.js';

/**
 * Writes a state. A live state keeps its deadline; a new one gets the given deadline.
 *
 * key: the state
 * deadline: milliseconds until a new state expires
 * text: the state
 * Result: 1
 */
export const WRITE_KEEPING_DEADLINE = createVerb(
  'writeKeepingDeadline',
  ['text'],
  `
local written = redis.pcall('SET', key, text, 'XX', 'KEEPTTL')
if not written then
  written = redis.pcall('SET', key, text, 'PX', deadline)
end
if written.err then return written end
return 1
`,
);
