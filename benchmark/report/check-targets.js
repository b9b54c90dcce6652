import { median, medianRatio } from '../harness/statistics.js';
import { costRatio } from '../workload/growth.js';
import { ALL_LAYERS, NO_LAYERS } from '../workload/layers.js';
import { formatCount } from './format.js';
import { TARGETS } from './targets.js';

const OURS = 'fsm-storage';
const SMALL_SIZE = 10_000;

/**
 * @typedef {object} Checked
 * @property {string} id
 * @property {string} backend
 * @property {string} text
 * @property {string} wanted
 * @property {string} measured
 * @property {boolean} isReached
 *
 * @typedef {Omit<import('./markdown.js').Results, 'targets'>} Measured
 */

/**
 * Every target whose backend was measured, with its measurement.
 * @param {Measured} results
 * @returns {Checked[]}
 */
export function checkTargets(results) {
  return TARGETS.flatMap((target) => {
    const finding = check(target, results);
    return finding === undefined ? [] : [{ id: target.id, backend: target.backend, text: target.text, ...finding }];
  });
}

/**
 * @param {import('./targets.js').Target} target
 * @param {Measured} results
 * @returns {Pick<Checked, 'wanted' | 'measured' | 'isReached'> | undefined}
 */
function check(target, results) {
  if (target.kind === 'start') return checkStart(target, results.startUp);
  const backend = results.backends.find((each) => each.backend === target.backend);
  if (backend === undefined) return undefined;
  switch (target.kind) {
    case 'ratio':
      return checkRatio(target, backend);
    case 'ahead':
      return checkAhead(target, backend);
    case 'growth':
      return checkGrowth(target, backend);
    case 'loop':
      return checkLoop(target, backend);
    case 'neighbour':
      return checkNeighbour(target, backend);
    case 'layers':
      return checkLayers(target, backend);
  }
}

/** @typedef {import('../backend-process.js').BackendResult} BackendResult */

/**
 * Ours over another's, the median of the ratios of each round; NaN if one of them has no such row.
 * @param {import('../workload/throughput.js').ThroughputResult} result
 * @param {string} other
 */
export function ratioTo({ rounds }, other) {
  return medianRatio(perSecondOf(rounds[OURS]), perSecondOf(rounds[other]));
}

/**
 * The throughput with some layers as a ratio of the throughput without.
 * @param {import('../workload/layers.js').LayersResult} result
 * @param {string} layers
 */
export function ratioToNone({ rounds }, layers) {
  return medianRatio(perSecondOf(rounds[layers]), perSecondOf(rounds[NO_LAYERS]));
}

/** @param {readonly import('../harness/measure.js').Slice[]} [slices] */
function perSecondOf(slices = []) {
  return slices.map((slice) => slice.perSecond);
}

/**
 * @param {import('./targets.js').RatioTarget} target
 * @param {BackendResult} backend
 */
function checkRatio({ row, inFlight, against, atLeast }, { throughput }) {
  const result = throughput.find((each) => each.row === row && each.inFlight === inFlight);
  return result && atLeastRatio(ratioTo(result, against), atLeast);
}

/**
 * @param {import('./targets.js').AheadTarget} target
 * @param {BackendResult} backend
 */
function checkAhead({ peer, atLeast }, { throughput }) {
  const ratios = throughput
    .map((result) => ({ name: `${result.row}, ${result.inFlight} in flight`, ratio: ratioTo(result, peer) }))
    .filter(({ ratio }) => !Number.isNaN(ratio))
    .sort((one, other) => one.ratio - other.ratio);
  const worst = ratios[0];
  return worst && atLeastRatio(worst.ratio, atLeast, ` (${worst.name})`);
}

/**
 * @param {import('./targets.js').GrowthTarget} target
 * @param {BackendResult} backend
 */
function checkGrowth({ row, atMost }, { growth }) {
  const result = growth.find((each) => each.row === row && each.candidate === OURS);
  if (result === undefined) return undefined;
  const largest = Math.max(...Object.keys(result.rounds).map(Number));
  const ratio = costRatio(result, SMALL_SIZE, largest);
  const limit = growth.find((each) => each.row === row && each.candidate !== OURS);
  const ofLimit = limit && ` (${limit.candidate}: ${costRatio(limit, SMALL_SIZE, largest).toFixed(2)} ×)`;
  return {
    wanted: `≤ ${atMost} ×`,
    measured: `${ratio.toFixed(2)} × from ${formatCount(SMALL_SIZE)} to ${formatCount(largest)} keys${ofLimit ?? ''}`,
    isReached: ratio <= atMost,
  };
}

/**
 * @param {import('./targets.js').LoopTarget} target
 * @param {BackendResult} backend
 */
function checkLoop({ atMostMs }, { throughput, listing, candidates }) {
  const limits = candidates.filter(({ role }) => role === 'limit').map(({ id }) => id);
  const rows = throughput.map(({ row, inFlight, rounds }) => ({
    name: `${row}, ${inFlight} in flight`,
    excess: longestDelay(rounds[OURS]) - Math.max(...limits.map((id) => longestDelay(rounds[id]))),
    collecting: collectingIn(rounds[OURS]),
  }));
  const listings = listing
    .filter(({ candidate }) => candidate === OURS)
    .flatMap(({ keys, lists, clears }) => {
      const ofLimits = listing.filter((each) => each.keys === keys && limits.includes(each.candidate));
      const excess = (/** @type {'lists' | 'clears'} */ kind, /** @type {readonly any[]} */ own) =>
        longestDelay(own) - Math.max(0, ...ofLimits.map((each) => longestDelay(each[kind])));
      return [
        { name: `list of ${keys} keys`, excess: excess('lists', lists), collecting: collectingIn(lists) },
        { name: `clear of ${keys} keys`, excess: excess('clears', clears), collecting: collectingIn(clears) },
      ];
    });
  const worst = [...rows, ...listings].sort((one, other) => other.excess - one.excess)[0];
  if (worst === undefined) return undefined;
  const note = ` (${worst.name}; the collector’s pause in it: ${worst.collecting.toFixed(1)} ms)`;
  return atMostMilliseconds(worst.excess, atMostMs, note);
}

/**
 * The collector's longest pause in the slice of the longest delay.
 * @param {readonly { loopDelay: number, collecting: number }[]} [slices]
 */
function collectingIn(slices = []) {
  return [...slices].sort((one, other) => other.loopDelay - one.loopDelay)[0]?.collecting ?? 0;
}

/** @param {readonly { loopDelay: number }[]} [slices] */
function longestDelay(slices = []) {
  return Math.max(0, ...slices.map((slice) => slice.loopDelay));
}

/**
 * @param {import('./targets.js').NeighbourTarget} target
 * @param {BackendResult} backend
 */
function checkNeighbour({ atMostMs }, { neighbour }) {
  if (neighbour === undefined) return undefined;
  const ours = neighbour.phases.filter(({ candidate }) => candidate === OURS);
  const idle = ours.find(({ phase }) => phase === 'idle')?.worst ?? NaN;
  const worst = Math.max(...ours.filter(({ phase }) => phase !== 'idle').map((phase) => phase.worst));
  return atMostMilliseconds(
    worst - idle,
    atMostMs,
    ` (${worst.toFixed(1)} − ${idle.toFixed(1)}; ${neighbour.keys} keys)`,
  );
}

/**
 * @param {import('./targets.js').LayersTarget} target
 * @param {BackendResult} backend
 */
function checkLayers({ row, inFlight, atLeast }, { layers }) {
  const result = layers?.find((each) => each.row === row && each.inFlight === inFlight);
  return result && atLeastRatio(ratioToNone(result, ALL_LAYERS), atLeast);
}

/**
 * @param {import('./targets.js').StartTarget} target
 * @param {readonly import('../startup/start-up.js').StartUpResult[] | undefined} startUp
 */
function checkStart({ probe, beyond, atMostMs }, startUp) {
  const taken = startUp?.find(({ id }) => id === probe)?.ms;
  if (taken === undefined) return undefined;
  const base = startUp?.find(({ id }) => id === beyond)?.ms;
  return atMostMilliseconds(median(taken) - (base === undefined ? 0 : median(base)), atMostMs);
}

/**
 * @param {number} ratio
 * @param {number} atLeast
 */
function atLeastRatio(ratio, atLeast, note = '') {
  return { wanted: `≥ ${atLeast} ×`, measured: `${ratio.toFixed(2)} ×${note}`, isReached: ratio >= atLeast };
}

/**
 * @param {number} ms
 * @param {number} atMost
 */
function atMostMilliseconds(ms, atMost, note = '') {
  return { wanted: `≤ ${atMost} ms`, measured: `${ms.toFixed(1)} ms${note}`, isReached: ms <= atMost };
}
