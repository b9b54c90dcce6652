import { median } from '../harness/statistics.js';
import { drawPanels } from './svg.js';

const PLOTTED_ROWS = { get: 'get', set: 'set', 'swap-won': 'compare-and-set', 'increment-many': 'increment' };
const GROWTH_ROWS = {
  get: 'get',
  set: 'set',
  'swap-won': 'compare-and-set',
  increment: 'increment',
  list: 'listKeys of 100',
};

/**
 * @typedef {{ title: string, svg: string }} Plot
 * @typedef {import('../backend-process.js').BackendResult} BackendResult
 */

/**
 * Throughput against operations in flight, one plot per backend, and one plot of growth for all.
 * @param {Pick<import('./markdown.js').Results, 'backends'>} results
 * @returns {Plot[]}
 */
export function drawPlots({ backends }) {
  return [...backends.map(drawThroughput), ...drawGrowth(backends)];
}

/**
 * @param {BackendResult} backend
 * @returns {Plot}
 */
function drawThroughput(backend) {
  const panels = Object.entries(PLOTTED_ROWS).map(([row, name]) => ({
    title: name,
    lines: backend.candidates.flatMap(({ id, role }) => {
      const points = backend.throughput
        .filter((result) => result.row === row && result.rounds[id] !== undefined)
        .map(({ inFlight, rounds }) => ({ x: inFlight, y: perSecond(rounds[id]) }));
      return points.length === 0 ? [] : [{ name: id, role: toRole(role), points }];
    }),
  }));
  const svg = drawPanels({
    title: `${backend.backend}: operations a second, by operations in flight`,
    xTitle: 'in flight',
    yTitle: 'ops/s',
    panels,
  });
  return { title: `${backend.backend}-throughput`, svg };
}

/**
 * @param {readonly BackendResult[]} backends
 * @returns {Plot[]} none where no backend was looked at with more and more keys
 */
function drawGrowth(backends) {
  const grown = backends.filter(({ growth }) => growth.length > 0);
  if (grown.length === 0) return [];
  const panels = grown.map(({ backend, growth }) => ({
    title: backend,
    lines: growth
      .filter(({ candidate }) => candidate === 'fsm-storage')
      .map(({ row, rounds }) => ({
        name: GROWTH_ROWS[/** @type {keyof typeof GROWTH_ROWS} */ (row)],
        role: /** @type {const} */ ('operation'),
        points: Object.entries(rounds).map(([keys, slices]) => ({ x: Number(keys), y: 1e6 / perSecond(slices) })),
      })),
  }));
  const svg = drawPanels({
    title: 'What an operation costs as keys become more',
    xTitle: 'keys',
    yTitle: 'µs',
    panels,
  });
  return [{ title: 'growth', svg }];
}

/** @param {readonly import('../harness/measure.js').Slice[]} [slices] */
function perSecond(slices = []) {
  return median(slices.map((slice) => slice.perSecond));
}

/**
 * @param {string} role
 * @returns {'ours' | 'limit' | 'peer'}
 */
function toRole(role) {
  return role === 'ours' || role === 'limit' ? role : 'peer';
}
