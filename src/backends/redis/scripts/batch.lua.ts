import { createScript, type LuaVerb, type RedisScript } from './lua-script.js';

/**
 * Creates the script that runs many of these verbs in order. Each row has its own reply: the error of one row is that row's
 * reply and does not end the others, so the script never fails halfway.
 *
 * KEYS: the key of each row
 * ARGV: runs of rows that differ only in key and row arguments. A run is: the verb; the deadline; the first argument, if all
 * rows share it; the number of arguments per row; the number of rows; the arguments of each row
 * Result: the list of the rows' replies
 */
export function createBatchScript(verbs: Iterable<LuaVerb>): RedisScript {
  const functions = [...verbs].map(
    ({ name, parameters, body }) =>
      `verbs.${name} = function(${['key', 'deadline', ...parameters].join(', ')})${body}end`,
  );
  return createScript(`
local verbs = {}
${functions.join('\n')}
local KEYS, ARGV = KEYS, ARGV
local replies, row, index, last = {}, 1, 1, #ARGV
while index <= last do
  local verb, deadline, argument = verbs[ARGV[index]], ARGV[index + 1], ARGV[index + 2]
  local argumentsPerRow, rows = tonumber(ARGV[index + 3]), tonumber(ARGV[index + 4])
  index = index + 5
  for lastRow = row + rows - 1, row, -1 do
    if argumentsPerRow > 0 then argument = ARGV[index] end
    replies[row] = verb(KEYS[row], deadline, argument, ARGV[index + 1])
    row = row + 1
    index = index + argumentsPerRow
  end
end
return replies
`);
}
