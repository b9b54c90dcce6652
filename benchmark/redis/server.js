import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../servers/free-port.js';
import { RespClient } from './resp-client.js';

const STARTS_WITHIN_MS = 10_000;
/** Each store that is open at the same time has a database of its own. */
export const DATABASES = 64;

export const SERVER_SETTINGS = "redis-server --save '' --appendonly no, on the loopback address";

/**
 * A Redis of our own on a free port, with nothing kept on the disk.
 * @returns {Promise<{ port: number, stop: () => Promise<void> }>}
 */
export async function startRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'fsm-benchmark-redis-'));
  const port = await findFreePort();
  const program = process.env['REDIS_SERVER'] ?? 'redis-server';
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--databases', `${DATABASES}`];
  const server = spawn(program, [...settings, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
  const failed = new Promise((_, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it answered`)));
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  failed.catch(() => {}); // Of interest only until it answers.
  const killServer = () => void server.kill('SIGKILL');
  process.once('exit', killServer);
  await Promise.race([untilItAnswers(port), failed]);
  return {
    port,
    stop: async () => {
      process.off('exit', killServer);
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {number} port */
async function untilItAnswers(port) {
  const giveUpAt = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      const client = await RespClient.connect(port);
      await client.send(['PING']);
      client.close();
      return;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
