import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ENGINES } from './engines.js';
import { CounterLedger } from './soak-ledger.js';

const REGISTER = new URL('../support/ts-register.mjs', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('./soak.ts', import.meta.url));

/** Those that fail over are disturbed by histories; `npm run soak` knows them as well. */
const SOAKED = ENGINES.filter(({ mayLose }) => mayLose === undefined);

describe('a few seconds of load with restarts', () => {
  it.each(SOAKED.map(({ name }) => name))('lose no count and leave nothing behind: %s', async (engine) => {
    const args = ['--expose-gc', '--import', REGISTER, PROGRAM, '--minutes', '0.04', '--engine', engine];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/: \d{3,} calls answered, [^]* {2}counters exact, nothing grew\n$/);
  });
});

describe('the ledger of a counter', () => {
  it('explains what was acknowledged with some of what is in doubt, and nothing else', async () => {
    const ledger = new CounterLedger();
    await ledger.add(10, async () => 10);
    for (const amount of [1, 5]) {
      await expect(ledger.add(amount, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    }
    const explained = Array.from({ length: 20 }, (_, total) => total).filter((total) => ledger.explains(total));
    expect(explained).toEqual([10, 11, 15, 16]);
  });
});
