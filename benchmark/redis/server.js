import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../servers/free-port.js';
import { RespClient } from './resp-client.js';

const STARTS_WITHIN_MS = 10_000;
/** Each store that is open at the same time has its own database. */
export const DATABASES = 64;

export const SERVER_SETTINGS = "redis-server --save '' --appendonly no, on the loopback address";

/**
 * The benchmark's Redis on a free port, with nothing kept on the disk.
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
    server.once('exit', (code) => reject(new Error(`${program} exited with ${code} before it was ready`)));
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  failed.catch(() => {}); // Only matters until the server is ready.
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
