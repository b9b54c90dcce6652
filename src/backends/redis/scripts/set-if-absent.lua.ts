import { createVerb } from './lua-verb.js';

/**
 * Writes a state where there is none. A plain SET NX that ioredis sends twice would lose to itself.
 *
 * key: the state
 * deadline: milliseconds until it expires, or `never`
 * first: the text to write
 * Result: 1 where it was written, else 0
 */
export const SET_IF_ABSENT = createVerb(
  'setIfAbsent',
  `
local written
if deadline == 'never' then
  written = redis.pcall('SET', key, first, 'NX')
else
  written = redis.pcall('SET', key, first, 'NX', 'PX', deadline)
end
if not written then return 0 end
if written.err then return written end
return 1
`,
);
