import { COMPARE_AND_DELETE } from './compare-and-delete.lua.js';
import { COMPARE_AND_SET } from './compare-and-set.lua.js';
import { EXISTS } from './exists.lua.js';
import { EXPIRE } from './expire.lua.js';
import { INCREMENT } from './increment.lua.js';
import { INCREMENT_KEEPING_DEADLINE } from './increment-keeping-deadline.lua.js';
import { READ } from './read.lua.js';
import { READ_TTL } from './read-ttl.lua.js';
import { createScript } from './redis-script.js';
import { REMOVE } from './remove.lua.js';
import { SET_IF_ABSENT } from './set-if-absent.lua.js';
import { WRITE } from './write.lua.js';
import { WRITE_KEEPING_DEADLINE } from './write-keeping-deadline.lua.js';

const VERBS = [
  ...[READ, READ_TTL, EXISTS, WRITE, WRITE_KEEPING_DEADLINE, SET_IF_ABSENT, COMPARE_AND_SET, COMPARE_AND_DELETE],
  ...[REMOVE, EXPIRE, INCREMENT, INCREMENT_KEEPING_DEADLINE],
];

/**
 * Does many verbs in order. Each row has an answer of its own: an error of one is its answer and ends no other, so this
 * script never fails halfway.
 *
 * KEYS: the key of each row
 * ARGV: runs of rows that differ in nothing but key and texts: the verb, the deadline, `first` where it is the same for
 * all, how many texts each row has, how many rows there are, and the rows' texts
 * Result: the list of the rows' answers
 */
export const BATCH = createScript(`
local verbs = {}
${VERBS.map(({ name, body }) => `verbs.${name} = function(key, deadline, first, second)${body}end`).join('\n')}
local KEYS, ARGV = KEYS, ARGV
local replies, row, at, last = {}, 1, 1, #ARGV
while at <= last do
  local verb, deadline, first = verbs[ARGV[at]], ARGV[at + 1], ARGV[at + 2]
  local texts, rows = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  at = at + 5
  for ending = row + rows - 1, row, -1 do
    if texts > 0 then first = ARGV[at] end
    replies[row] = verb(KEYS[row], deadline, first, ARGV[at + 1])
    row = row + 1
    at = at + texts
  end
end
return replies
`);
