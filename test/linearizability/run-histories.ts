// Records histories on one engine and decides each:
//   npm run histories -- --engine redis --count 300 [--operations 40] [--seed 1]
import { parseArgs } from 'node:util';
import { engineNamed } from './engines.js';
import { describeReport, proveByHistories } from './prove-by-histories.js';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'redis' },
    count: { type: 'string', default: '100' },
    operations: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
});
const engine = engineNamed(values.engine);
const report = await proveByHistories(engine, {
  histories: Number(values.count),
  operations: Number(values.operations),
  seed: Number(values.seed),
});
process.stdout.write(`${describeReport(report)}\n`);
if (report.refuted.length > 0) process.exitCode = 1;
