import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describeMachine, loadAverage } from './harness/machine.js';
import { BACKENDS, HELP, readOptions } from './harness/options.js';
import { checkTargets } from './report/check-targets.js';
import { describeTargets } from './report/markdown.js';
import { writeResults } from './report/files.js';
import { measureStartUp } from './startup/start-up.js';

const BACKEND_PROCESS = fileURLToPath(new URL('backend-process.js', import.meta.url));

/**
 * @param {string} backend
 * @param {import('./harness/options.js').Options} options
 * @returns {Promise<import('./backend-process.js').BackendResult>}
 */
async function measureBackend(backend, options) {
  const child = fork(BACKEND_PROCESS, [backend, JSON.stringify(options)], { execArgv: ['--expose-gc'] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the process for ${backend} ended with ${code} before it was done`);
  });
  const [result] = await Promise.race([once(child, 'message'), failed]);
  await failed.catch(() => {}); // It is done; only wait for its end.
  return result;
}

/** @param {import('./harness/options.js').Options} options */
async function run(options) {
  const startedAt = performance.now();
  const machine = describeMachine();
  const backends = [];
  for (const backend of BACKENDS.filter((name) => options.only.includes(name))) {
    console.error(backend);
    backends.push(await measureBackend(backend, options));
  }
  if (options.only.includes('start')) console.error('start');
  const startUp = options.only.includes('start') ? { startUp: await measureStartUp(options) } : {};
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const measured = { options, machine, loadAverageAtEnd: loadAverage(), seconds, backends, ...startUp };
  const results = { ...measured, targets: checkTargets(measured) };
  console.log(describeTargets(results.targets));
  for (const file of await writeResults(results)) console.error(`written: ${file}`);
}

const options = readOptions(process.argv.slice(2));
if (options === 'help') console.log(HELP);
else await run(options);
