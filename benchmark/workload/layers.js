import { circuitBreaker, telemetry, timeout } from 'nestjs-fsm-storage';
import { runRounds } from '../harness/rounds.js';
import { ROWS } from './rows.js';
import { createSubject } from './subject.js';

/**
 * What layers cost: the same storage with some and without.
 *
 * @typedef {object} LayersResult
 * @property {string} row
 * @property {number} inFlight
 * @property {import('../harness/rounds.js').Rounds} rounds by what is around the driver
 */

export const NO_LAYERS = 'none';
export const ALL_LAYERS = 'all three';

/** Long enough for none to run out: what a timeout costs is the watch. */
const TIMEOUT_MS = 5000;

const LAYERS = {
  timeout: () => timeout({ timeoutMs: TIMEOUT_MS }),
  circuitBreaker: () => circuitBreaker(),
  /** Spans and durations through the OpenTelemetry API, without an SDK that receives them. */
  telemetry: () => telemetry(),
};

/** @type {Readonly<Record<string, readonly (() => import('nestjs-fsm-storage').DriverLayer)[]>>} */
const SETS = {
  [NO_LAYERS]: [],
  ...Object.fromEntries(Object.entries(LAYERS).map(([name, create]) => [name, [create]])),
  [ALL_LAYERS]: Object.values(LAYERS),
};

const LAYERED_ROWS = ['get', 'set'];
const PACES = [1, 64];

/**
 * @param {(layers: readonly import('nestjs-fsm-storage').DriverLayer[]) => import('../candidates/candidate.js').Candidate} withLayers
 * @param {import('./throughput.js').Bench} bench
 * @returns {Promise<LayersResult[]>}
 */
export async function measureLayers(withLayers, { options, sampleEvery, random, createPlace, say }) {
  /** @type {Map<string, import('./subject.js').Subject>} */
  const subjects = new Map();
  for (const [id, creates] of Object.entries(SETS)) {
    const candidate = withLayers(creates.map((create) => create()));
    const store = await candidate.open(createPlace('layers'));
    subjects.set(id, await createSubject(candidate, store, options.identifiers));
  }
  const results = [];
  for (const row of ROWS.filter(({ id }) => LAYERED_ROWS.includes(id))) {
    say(`layers: ${row.title}`);
    for (const inFlight of PACES) {
      const contestants = [...subjects].flatMap(([id, subject]) => {
        const step = row.single(subject);
        return step === undefined ? [] : [{ id, step, inFlight }];
      });
      const { rounds, sliceMs } = options;
      const slices = await runRounds(contestants, { rounds, sliceMs, sampleEvery, random });
      results.push({ row: row.id, inFlight, rounds: slices });
    }
  }
  for (const { store } of subjects.values()) await store.close();
  return results;
}
