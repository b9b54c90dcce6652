import { createVerb } from './lua-script.js';

/**
 * Writes a state if none exists. A script, because ioredis could send a plain SET NX twice, and the second would find the first.
 *
 * key: the state
 * deadline: milliseconds until it expires, or `never`
 * text: the state
 * Result: 1 if it was written, otherwise 0
 */
export const SET_IF_ABSENT = createVerb(
  'setIfAbsent',
  ['text'],
  `
local written
if deadline == 'never' then
  written = redis.pcall('SET', key, text, 'NX')
else
  written = redis.pcall('SET', key, text, 'NX', 'PX', deadline)
end
if not written then return 0 end
if written.err then return written end
return 1
`,
);
