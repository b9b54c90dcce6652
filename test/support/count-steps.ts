import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StepProgram } from './count-steps-process.js';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('./count-steps-process.ts', import.meta.url));
const REGISTER = new URL('./ts-register.mjs', import.meta.url).href;

/**
 * Runs a program and returns how often the most frequent block of code of its folder was entered: the number of steps of its
 * longest loop. V8 counts them exactly, so the result does not depend on the machine. The count takes a separate process,
 * because jest may be counting in this one.
 */
export async function countSteps(program: StepProgram): Promise<number> {
  const args = ['--no-warnings', '--import', REGISTER, PROGRAM, JSON.stringify(program)];
  return Number((await run(process.execPath, args)).stdout);
}
