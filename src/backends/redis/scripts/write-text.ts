/**
 * Lua that writes a text with the verb's `deadline`: milliseconds, `never`, or `keep` the one that is there. Returns the
 * error where there is one, and goes on where there is none.
 */
export function writeText(text: 'first' | 'second'): string {
  return `
local written
if deadline == 'never' then
  written = redis.pcall('SET', key, ${text})
elseif deadline == 'keep' then
  written = redis.pcall('SET', key, ${text}, 'KEEPTTL')
else
  written = redis.pcall('SET', key, ${text}, 'PX', deadline)
end
if written.err then return written end
`;
}
