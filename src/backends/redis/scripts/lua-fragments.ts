/**
 * Lua that writes the text in `variable` with the deadline in `deadline`: milliseconds; `never`; or `keep`, which keeps the
 * deadline of a live entry. Returns the error from the verb if there is one; otherwise the Lua after it runs.
 */
export function writeText(variable: string): string {
  return `
local written
if deadline == 'never' then
  written = redis.pcall('SET', key, ${variable})
elseif deadline == 'keep' then
  written = redis.pcall('SET', key, ${variable}, 'KEEPTTL')
else
  written = redis.pcall('SET', key, ${variable}, 'PX', deadline)
end
if written.err then return written end
`;
}

/**
 * Lua that adds `amount` to the counter and stores the new total in `total`; the Lua after it then runs. If the amount
 * cannot be added, the counter stays unchanged and the verb returns `overflow`, `corrupt` or the error.
 *
 * INCRBY is one call and rejects a value that is not a whole number, but it counts up to 2^63. A total outside ±(2^53 − 1)
 * is undone before another client can see it. Lua counts in doubles, which are exact within that range. Two cheap checks
 * recognize the usual case: after a small step, a total below 4e15 was in range before the step, too. A larger total is
 * returned as text, because ioredis 6 misreads integers of about 2^53.
 */
export const ADD_AMOUNT = `
local total = redis.pcall('INCRBY', key, amount)
if type(total) ~= 'number' or total > 4e15 or total < -4e15 or #amount > 15 then
  local MAX = 9007199254740991
  local isCounted = type(total) == 'number'
  local previous = isCounted and total - tonumber(amount)
  if not isCounted or total > MAX or total < -MAX or previous > MAX or previous < -MAX then
    if isCounted then redis.pcall('INCRBY', key, string.format('%.0f', 0 - tonumber(amount))) end
    local current = redis.pcall('GET', key)
    if type(current) == 'table' then return 'corrupt' end
    if current then
      if #current > 17 or (current ~= '0' and not string.match(current, '^-?[1-9]%d*$')) then return 'corrupt' end
      if tonumber(current) > MAX or tonumber(current) < -MAX then return 'corrupt' end
    end
    if isCounted then return 'overflow' end
    return total
  end
  total = string.format('%.0f', total)
end
`;
