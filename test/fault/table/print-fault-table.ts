// Injects faults and prints the table of docs/reference/faults.md:
//   npm run faults [-- --quick] [--engine redis] [--write docs/reference/faults.md]
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CASES } from './fault-table.js';
import { TABLE_HEAD, toRow } from './finding.js';
import { LENGTHS } from './server-faults.js';

const BEGIN = '<!-- printed by npm run faults: begin -->';
const END = '<!-- printed by npm run faults: end -->';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, engine: { type: 'string' }, write: { type: 'string' } },
});
const lengths = values.quick ? LENGTHS.quick : LENGTHS.full;
const cases = CASES.filter(({ engine }) => values.engine === undefined || values.engine === engine);
if (cases.length === 0) {
  throw new Error(`--engine: expected one of ${[...new Set(CASES.map(({ engine }) => engine))].join(', ')}.`);
}
// The handles of test servers and clients do not keep the process alive.
const awake = setInterval(() => {}, 60_000);
const lines = [...TABLE_HEAD];
process.stdout.write(`${lines.join('\n')}\n`);
for (const { fault, engine, run } of cases) {
  const finding = await run(lengths);
  const line = toRow(fault, engine, finding);
  lines.push(line);
  process.stdout.write(`${line}\n`);
  if (typeof finding !== 'string' && finding.isBroken) process.exitCode = 1;
}
clearInterval(awake);
if (values.write !== undefined) {
  const document = await readFile(values.write, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${values.write}: expected the lines ${BEGIN} and ${END}.`);
  await writeFile(values.write, `${before ?? ''}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`);
}
