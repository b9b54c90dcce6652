import { readFile } from 'node:fs/promises';
import { checkTargets } from './report/check-targets.js';
import { writeResults } from './report/files.js';

/** Makes report and plots anew from the JSON of a run: `node benchmark/render.js benchmark/results/<name>.json`. */
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('expected the JSON file of a run');
const results = JSON.parse(await readFile(file, 'utf8'));
for (const written of await writeResults({ ...results, targets: checkTargets(results) })) console.log(written);
