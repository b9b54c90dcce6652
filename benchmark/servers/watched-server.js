import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWERS_WITHIN_MS = 30_000;

/**
 * @typedef {object} Launch how a server is started
 * @property {string} program
 * @property {readonly string[]} args
 * @property {string} folder its own folder, with all its files, removed with it
 * @property {{ uid: number, gid: number } | undefined} [account]
 * @property {NodeJS.Signals} endWith ends it and its child processes
 * @property {() => Promise<unknown>} ask rejects until the server is ready
 */

/** @param {string} name */
export function createFolder(name) {
  return mkdtemp(join(tmpdir(), `fsm-benchmark-${name}-`));
}

/**
 * A server that ends with this process, however this process ends.
 * @param {Launch} launch
 * @returns {Promise<{ stop(): Promise<void> }>} once it is ready
 */
export async function launch({ program, args, folder, account, endWith, ask }) {
  const file = join(folder, 'server.log');
  const log = await open(file, 'a');
  const server = spawn(program, args, { cwd: folder, stdio: ['ignore', log.fd, log.fd], ...account });
  await once(server, 'spawn');
  await log.close();
  const watchdog = watchOver(/** @type {number} */ (server.pid), folder);
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill(endWith);
      await ended;
    }
    watchdog.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(server, ask);
  } catch (error) {
    const text = await readFile(file, 'utf8');
    await stop();
    throw new Error(`${program} did not become ready:\n${text.slice(-2000)}`, { cause: error });
  }
  return { stop };
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @param {() => Promise<unknown>} ask
 */
async function untilItAnswers(server, ask) {
  const giveUpAt = Date.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (server.exitCode !== null || server.signalCode !== null) throw new Error('it ended at once', { cause: error });
      if (Date.now() > giveUpAt) throw error;
      await delay(20);
    }
  }
}

/**
 * A broken pipe needs no handler in this process: it also ends the server after a SIGKILL.
 * @param {number} pid
 * @param {string} folder
 */
function watchOver(pid, folder) {
  // A dying server still writes for a moment.
  const script = 'cat > /dev/null; kill -KILL "$1"; for try in 1 2 3 4 5; do rm -rf "$2" && exit; sleep 1; done';
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', `${pid}`, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  return watchdog;
}
