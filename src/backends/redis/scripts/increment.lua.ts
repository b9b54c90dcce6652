import { createScript } from './redis-script.js';

/**
 * Adds to a counter, which starts from 0 where there is none, and sets its deadline in the same write.
 * Lua counts in doubles: exact up to 2^53, so sums are checked before they are written, and written as `%.0f`,
 * because `tostring` would say 1e+15.
 *
 * KEYS[1]: the counter
 * ARGV[1]: the amount, a safe integer
 * ARGV[2]: milliseconds until it expires, or an empty text for never
 * ARGV[3]: `keep`: a live counter keeps its deadline; `replace`: it gets this one
 * Result: the new total as text; `overflow` or `corrupt` where nothing was changed
 */
export const INCREMENT = createScript(`
local MAX = 9007199254740991
local current = redis.pcall('GET', KEYS[1])
local total = 0
if current then
  if type(current) ~= 'string' or #current > 17 then return 'corrupt' end
  if current ~= '0' and not string.match(current, '^-?[1-9]%d*$') then return 'corrupt' end
  total = tonumber(current)
  if total > MAX or total < -MAX then return 'corrupt' end
end
total = total + tonumber(ARGV[1])
if total > MAX or total < -MAX then return 'overflow' end
local text = string.format('%.0f', total)
if current and ARGV[3] == 'keep' then
  redis.call('SET', KEYS[1], text, 'KEEPTTL')
elseif ARGV[2] == '' then
  redis.call('SET', KEYS[1], text)
else
  redis.call('SET', KEYS[1], text, 'PX', ARGV[2])
end
return text
`);
