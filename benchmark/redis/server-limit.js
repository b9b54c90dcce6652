import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The throughput of the server as measured by redis-benchmark, which is written in C.
 *
 * @typedef {object} ServerLimit
 * @property {string} command
 * @property {number} clients connections, each with one command or pipeline in flight
 * @property {number} pipeline how many commands one connection has in flight
 * @property {number} perSecond
 */

const PACES = [
  { clients: 1, pipeline: 1 },
  { clients: 64, pipeline: 1 },
  { clients: 1, pipeline: 64 },
  { clients: 1, pipeline: 512 },
];
const REQUESTS = { quick: { one: 3000, many: 20_000 }, full: { one: 100_000, many: 1_000_000 } };

/**
 * @param {number} port
 * @param {import('../workload/throughput.js').Bench} bench
 * @returns {Promise<ServerLimit[]>} empty if redis-benchmark is not installed
 */
export async function measureServer(port, { options, say }) {
  say('redis-benchmark');
  const requests = REQUESTS[options.mode];
  const results = [];
  for (const { clients, pipeline } of PACES) {
    const count = clients * pipeline === 1 ? requests.one : requests.many;
    const args = ['-p', `${port}`, '-t', 'get,set,incr', '-d', '70', '-r', '10000', '--csv'];
    const text = await runProgram([...args, '-c', `${clients}`, '-P', `${pipeline}`, '-n', `${count}`]);
    for (const [, command = '', perSecond] of text.matchAll(/^"(GET|SET|INCR)","([\d.]+)"/gm)) {
      results.push({ command, clients, pipeline, perSecond: Number(perSecond) });
    }
  }
  return results;
}

/** @param {readonly string[]} args */
async function runProgram(args) {
  try {
    const { stdout } = await promisify(execFile)(process.env['REDIS_BENCHMARK'] ?? 'redis-benchmark', args);
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
