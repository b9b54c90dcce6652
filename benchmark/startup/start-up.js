import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, shuffle } from '../harness/random.js';

/** The programs to start, each in separate processes. */
const PROBES = {
  'import-nest': 'import of reflect-metadata, @nestjs/common and @nestjs/core',
  'import-package': 'import of nestjs-fsm-storage after Nest',
  'ready-typeorm': 'import of TypeORM, initialize and first query, better-sqlite3 on a new file, after Nest',
  'ready-app': "import of nestjs-fsm-storage, forRoot({ backend: 'sqlite' }) on a new file, until healthy, after Nest",
};

/**
 * @typedef {object} StartUpResult
 * @property {string} id
 * @property {string} title
 * @property {readonly number[]} ms one a round
 */

/**
 * @param {import('../harness/options.js').Options} options
 * @returns {Promise<StartUpResult[]>}
 */
export async function measureStartUp({ startRounds, seed }) {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'fsm-benchmark-start-'));
  const results = Object.entries(PROBES).map(([id, title]) => ({ id, title, ms: /** @type {number[]} */ ([]) }));
  try {
    for (let round = -1; round < startRounds; round += 1) {
      for (const { id, ms } of shuffle(results, random)) {
        const taken = await runProbe(id, join(folder, `${id}-${round}.db`));
        if (round >= 0) ms.push(taken);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

/**
 * @param {string} id
 * @param {string} file
 * @returns {Promise<number>}
 */
async function runProbe(id, file) {
  const probe = fork(fileURLToPath(new URL(`${id}.js`, import.meta.url)), [file], { execArgv: [] });
  const failed = once(probe, 'exit').then(([code]) => {
    throw new Error(`${id} ended with ${code} before it reported`);
  });
  const [ms] = await Promise.race([once(probe, 'message'), failed]);
  await failed.catch(() => {}); // It has reported; only wait for its end.
  return ms;
}
