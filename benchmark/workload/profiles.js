import { Session } from 'node:inspector/promises';
import { measure } from '../harness/measure.js';
import { ROWS } from './rows.js';
import { createSubject } from './subject.js';

/** Where our own time goes is looked at for work whose distance to the limit asks for a reason. */
const PROFILED = {
  memory: [
    { row: 'set', inFlight: 1 },
    { row: 'set-large', inFlight: 1 },
  ],
  'better-sqlite3': [
    { row: 'get', inFlight: 1 },
    { row: 'set', inFlight: 64 },
    { row: 'swap-won', inFlight: 512 },
  ],
  sqlite3: [
    { row: 'get', inFlight: 1 },
    { row: 'set', inFlight: 1 },
  ],
  redis: [
    { row: 'get', inFlight: 1 },
    { row: 'set-large', inFlight: 1 },
    { row: 'set-ttl', inFlight: 64 },
    { row: 'increment-many', inFlight: 64 },
  ],
  postgres: [
    { row: 'get', inFlight: 1 },
    { row: 'set', inFlight: 1 },
    { row: 'get', inFlight: 64 },
  ],
  mariadb: [
    { row: 'get', inFlight: 1 },
    { row: 'set', inFlight: 1 },
    { row: 'get', inFlight: 64 },
  ],
};

const SAMPLE_EVERY_MICROSECONDS = 100;
const MOST_FUNCTIONS = 10;
const WARM_UP_MS = 100;
/** The profiler's own, by which it is started and stopped. */
const OF_THE_PROFILER = 'dispatch';

/**
 * @typedef {object} Profile the processor profile of our own work
 * @property {string} row
 * @property {number} inFlight
 * @property {readonly { name: string, share: number }[]} functions by their own time, the longest first
 */

/**
 * After everything that is timed: a profiler slows what it watches.
 * @param {string} backend
 * @param {import('./throughput.js').Bench} bench
 * @returns {Promise<Profile[]>}
 */
export async function measureProfiles(backend, { candidates, options, sampleEvery, createPlace, say }) {
  const ours = candidates.find(({ role }) => role === 'ours');
  if (ours === undefined || options.profileMs === 0) return [];
  const subject = await createSubject(ours, await ours.open(createPlace('profiles')), options.identifiers);
  const profiles = [];
  for (const { row: id, inFlight } of PROFILED[/** @type {keyof typeof PROFILED} */ (backend)]) {
    say(`profile of ${id}, ${inFlight} in flight`);
    const step = ROWS.find((row) => row.id === id)?.single(subject);
    if (step === undefined) continue;
    await measure(step, { from: 0, inFlight, durationMs: WARM_UP_MS, sampleEvery });
    const pace = { inFlight, durationMs: options.profileMs, sampleEvery };
    profiles.push({ row: id, inFlight, functions: await profile(() => measure(step, { from: 0, ...pace })) });
  }
  await subject.store.close();
  return profiles;
}

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<{ name: string, share: number }[]>}
 */
async function profile(work) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROSECONDS });
  await session.post('Profiler.start');
  await work();
  const { profile: found } = await session.post('Profiler.stop');
  session.disconnect();
  return longest(found);
}

/**
 * @param {import('node:inspector').Profiler.Profile} found
 * @returns {{ name: string, share: number }[]}
 */
function longest({ nodes, samples = [], timeDeltas = [] }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  /** @type {Map<string, number>} */
  const times = new Map();
  let whole = 0;
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    if (name === OF_THE_PROFILER) return;
    const time = timeDeltas[index] ?? 0;
    times.set(name, (times.get(name) ?? 0) + time);
    whole += time;
  });
  return [...times]
    .map(([name, time]) => ({ name, share: time / whole }))
    .sort((one, other) => other.share - one.share)
    .slice(0, MOST_FUNCTIONS);
}

/** @param {import('node:inspector').Runtime.CallFrame} callFrame */
function nameOf({ functionName, url }) {
  const file = url.split('/').at(-1) ?? '';
  return `${functionName || 'anonymous'}${file === '' ? '' : ` (${file})`}`;
}
