/**
 * Lua that adds the amount in `first` to the counter and goes on with the new total in `total`; where that cannot be, the
 * counter stays as it was and `overflow`, `corrupt` or the error is returned.
 *
 * INCRBY is one call and refuses what is no whole number, but counts up to 2^63. What left ±(2^53 − 1) is taken back
 * before anyone can see it. Lua counts in doubles, which are exact up to there. The usual case is told by two cheap
 * signs: after a small step a total below 4e15 was in range before it, too. A larger one goes as text: ioredis 6 misreads
 * integers that have about 2^53.
 */
export const ADD_AMOUNT = `
local total = redis.pcall('INCRBY', key, first)
if type(total) ~= 'number' or total > 4e15 or total < -4e15 or #first > 15 then
  local MAX = 9007199254740991
  local isCounted = type(total) == 'number'
  local previous = isCounted and total - tonumber(first)
  if not isCounted or total > MAX or total < -MAX or previous > MAX or previous < -MAX then
    if isCounted then redis.pcall('INCRBY', key, string.format('%.0f', 0 - tonumber(first))) end
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
