import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

const run = promisify(execFile);

/** SIGSTOP, until every thread of the process has stopped: the signal itself takes a moment to reach them. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(async () => (await statesOf(pid)).every((state) => state.startsWith('T')));
}

/** One letter or more for each thread; without /proc, one for the process. */
async function statesOf(pid: number): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [(await run('ps', ['-o', 'stat=', '-p', `${pid}`])).stdout.trim()];
  const threads = await readdir(`/proc/${pid}/task`);
  return Promise.all(
    threads.map(async (thread) => {
      const line = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => ') T');
      // The name before it, in brackets, may hold anything.
      return line.slice(line.lastIndexOf(')') + 2);
    }),
  );
}
