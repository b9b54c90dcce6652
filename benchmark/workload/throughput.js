import { runRounds } from '../harness/rounds.js';
import { ROWS } from './rows.js';
import { createSubject } from './subject.js';

/**
 * @typedef {object} ThroughputResult
 * @property {string} row
 * @property {number} inFlight
 * @property {import('../harness/rounds.js').Rounds} rounds
 *
 * @typedef {object} Bench what all measurements of one backend are given
 * @property {readonly import('../candidates/candidate.js').Candidate[]} candidates
 * @property {import('../harness/options.js').Options} options
 * @property {number} sampleEvery
 * @property {() => number} random
 * @property {boolean} outlivesClose whether what is stored is there when the same place is opened again
 * @property {(purpose: string) => import('../candidates/candidate.js').Place} createPlace a new one
 * @property {(line: string) => void} say
 */

/**
 * Every row, at every pace, by every candidate that has the operation.
 * @param {Bench} bench
 * @returns {Promise<ThroughputResult[]>}
 */
export async function measureThroughput(bench) {
  const { candidates, options, sampleEvery, random } = bench;
  /** @type {import('./subject.js').Subject[]} */
  const subjects = [];
  for (const candidate of candidates) {
    subjects.push(
      await createSubject(candidate, await candidate.open(bench.createPlace('throughput')), options.identifiers),
    );
  }
  const results = [];
  for (const row of ROWS.filter(({ id }) => options.rows?.includes(id) ?? true)) {
    bench.say(row.title);
    for (const inFlight of row.inFlight[options.mode].filter((pace) => pace <= options.mostInFlight)) {
      const contestants = subjects.flatMap((subject) => enter(row, subject, inFlight, options));
      const { rounds, sliceMs } = options;
      results.push({
        row: row.id,
        inFlight,
        rounds: await runRounds(contestants, { rounds, sliceMs, sampleEvery, random }),
      });
    }
  }
  for (const { store } of subjects) await store.close();
  return results;
}

/**
 * @param {import('./rows.js').Row} row
 * @param {import('./subject.js').Subject} subject
 * @param {number} inFlight
 * @param {import('../harness/options.js').Options} options
 * @returns {import('../harness/rounds.js').Contestant[]} one, or none where the candidate has no such operation
 */
function enter(row, subject, inFlight, { peersInFlight }) {
  const { id, role, maxInFlight = role === 'peer' ? peersInFlight : Infinity } = subject.candidate;
  if (inFlight > maxInFlight) return [];
  const { bulk } = subject.store;
  if (bulk !== undefined) {
    // One transaction after another, whatever the others have in flight.
    return row.bulk === undefined ? [] : [{ id, step: row.bulk(subject, bulk), inFlight: 1, rowsPerCall: bulk.rows }];
  }
  const step = row.single(subject);
  return step === undefined ? [] : [{ id, step, inFlight }];
}
