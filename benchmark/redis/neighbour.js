import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createIdentifiers } from '../workload/subject.js';

const PROBE = fileURLToPath(new URL('ping-probe.js', import.meta.url));
const IDLE_MS = { quick: 500, full: 10_000 };

/**
 * How long another client's PING takes while keys are listed and cleared.
 *
 * @typedef {object} NeighbourResult
 * @property {number} keys
 * @property {readonly { candidate: string, phase: 'idle' | 'list' | 'clear', pings: number, worst: number, p999: number }[]} phases in ms
 */

/**
 * Ours and the limits, each alone on the server with all keys.
 * @param {number} port
 * @param {import('../workload/throughput.js').Bench} bench
 * @returns {Promise<NeighbourResult>}
 */
export async function measureNeighbour(port, bench) {
  const keys = bench.options.neighbourKeys;
  const identifiers = createIdentifiers('chat', keys);
  const phases = [];
  for (const candidate of bench.candidates.filter(({ id }) => id === 'fsm-storage' || id === 'ioredis')) {
    bench.say(`PINGs of another client next to ${candidate.id} with ${keys} keys`);
    const store = await candidate.open(bench.createPlace('neighbour'));
    await store.seed?.(identifiers);
    const probe = fork(PROBE, [`${port}`]);
    await once(probe, 'message');
    await delay(200);
    await ask(probe, 'warm');
    await delay(IDLE_MS[bench.options.mode]);
    phases.push({ candidate: candidate.id, phase: /** @type {const} */ ('idle'), ...(await ask(probe, 'next')) });
    await store.list?.('chat:00000');
    phases.push({ candidate: candidate.id, phase: /** @type {const} */ ('list'), ...(await ask(probe, 'next')) });
    await store.clear?.();
    phases.push({ candidate: candidate.id, phase: /** @type {const} */ ('clear'), ...(await ask(probe, 'end')) });
    await once(probe, 'exit');
    await store.close();
  }
  return { keys, phases };
}

/**
 * @param {import('node:child_process').ChildProcess} probe
 * @param {string} message
 * @returns {Promise<{ pings: number, worst: number, p999: number }>} of the phase that ends here
 */
async function ask(probe, message) {
  const reply = once(probe, 'message');
  probe.send(message);
  return (await reply)[0];
}
