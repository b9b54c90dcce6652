import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ENGINES } from './engines.js';
import { ExpectedTotal } from './expected-total.js';

const REGISTER = new URL('../support/ts-register.mjs', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('./soak.ts', import.meta.url));

/** Engines with replicas have their faults in the histories; `npm run soak` accepts them as well. */
const SOAKED = ENGINES.filter(({ mayLose }) => mayLose === undefined);

describe('a few seconds of load with restarts', () => {
  it.each(SOAKED.map(({ name }) => name))('lose no count and leave nothing behind on %s', async (engine) => {
    const args = ['--expose-gc', '--import', REGISTER, PROGRAM, '--minutes', '0.04', '--engine', engine];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/: \d{3,} calls succeeded, [^]* {2}counters exact, nothing grew\n$/);
  });
});

describe('the expected of a counter', () => {
  it('explains what was acknowledged with some of the increments of unknown outcome, and nothing else', async () => {
    const expected = new ExpectedTotal();
    await expected.add(10, async () => 10);
    for (const amount of [1, 5]) {
      await expect(expected.add(amount, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    }
    const explained = Array.from({ length: 20 }, (_, total) => total).filter((total) => expected.explains(total));
    expect(explained).toEqual([10, 11, 15, 16]);
  });
});
