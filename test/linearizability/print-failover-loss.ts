// Brings failovers about while clients write, and prints how many acknowledged writes are gone:
//   npm run failover-loss [-- --only cluster] [-- --write docs/guide/redis-cluster-and-sentinel.md]
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Loss } from './acknowledged-writes.js';
import { FAILOVER_CASES, type FailoverCase } from './failover-cases.js';

const BEGIN = '<!-- printed by npm run failover-loss: begin -->';
const END = '<!-- printed by npm run failover-loss: end -->';
const HEAD = [
  '| Failover | Precaution | Acknowledged | Lost | Lost over | Not applied | Unknown |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
];

// The connections of the tests' own to a cluster let the process end, so something else must hold it.
const timer = setInterval(() => {}, 60_000);
const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, write: { type: 'string' } } });
const lines = [...HEAD];
process.stdout.write(`${lines.join('\n')}\n`);
for (const failover of FAILOVER_CASES.filter(({ name }) => name.includes(values.only))) {
  const loss = await failover.measure();
  const line = toRow(failover, loss);
  lines.push(line);
  process.stdout.write(`${line}\n`);
  if (isOtherwise(failover, loss)) {
    process.stderr.write(`This is not what was expected: ${failover.expected}.\n`);
    process.exitCode = 1;
  }
}
if (values.write !== undefined) await writeInto(values.write);
clearInterval(timer);

function isOtherwise({ expected }: FailoverCase, { lost }: Loss): boolean {
  return expected !== 'any' && (expected === 'loss') !== lost > 0;
}

function toRow({ name, precaution }: FailoverCase, loss: Loss): string {
  const over = loss.lost === 0 ? '—' : `${Math.round(loss.lostOverMs)} ms`;
  const cells = [name, precaution, loss.acknowledged, loss.lost, over, loss.notApplied, loss.unknown];
  return `| ${cells.join(' | ')} |`;
}

async function writeInto(path: string): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${path}: expected the lines ${BEGIN} and ${END}.`);
  await writeFile(path, `${before ?? ''}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`);
}
