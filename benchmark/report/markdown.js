import { median, quantile } from '../harness/statistics.js';
import { NO_LAYERS } from '../workload/layers.js';
import { ROWS } from '../workload/rows.js';
import { ratioTo, ratioToNone } from './check-targets.js';
import { formatCount, formatMs, formatRate, table } from './format.js';

/**
 * All measurements of one run; the JSON file contains them unchanged.
 *
 * @typedef {object} Results
 * @property {import('../harness/options.js').Options} options
 * @property {ReturnType<typeof import('../harness/machine.js').describeMachine>} machine
 * @property {readonly number[]} loadAverageAtEnd
 * @property {number} seconds
 * @property {readonly import('../backend-process.js').BackendResult[]} backends
 * @property {readonly import('../startup/start-up.js').StartUpResult[]} [startUp]
 * @property {readonly import('./check-targets.js').Checked[]} targets
 */

/**
 * @param {Results} results
 * @returns {string}
 */
export function toMarkdown(results) {
  const sections = [
    `# Benchmark of ${results.machine.date.slice(0, 10)} (${results.options.mode})`,
    describeRun(results),
    '## What to reach',
    describeTargets(results.targets),
    ...results.backends.flatMap(describeBackend),
    ...(results.startUp === undefined ? [] : ['## Start', describeStartUp(results.startUp)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** @param {readonly import('./check-targets.js').Checked[]} targets */
export function describeTargets(targets) {
  const reached = targets.filter(({ isReached }) => isReached).length;
  const lines = targets.map(({ backend, text, wanted, measured, isReached }) => {
    return [backend, text, wanted, measured, isReached ? 'reached' : '**not reached**'];
  });
  return `${reached} of ${targets.length} reached.\n\n${table(['backend', 'target', 'wanted', 'measured', ''], lines)}`;
}

/** @param {Results} results */
function describeRun({ options, machine, loadAverageAtEnd, seconds }) {
  const { packages, ...rest } = machine;
  const lines = [
    `${rest.processor}, ${rest.cores} cores, ${rest.memoryGiB} GiB; ${rest.system}; Node ${rest.node}, flags ${rest.nodeFlags.join(' ') || 'none'}, measuring processes with --expose-gc; Redis ${rest.redis}; commit ${rest.commit}.`,
    `Load average before ${rest.loadAverage.join(', ')} and after ${loadAverageAtEnd.join(', ')} (1, 5, 15 minutes).`,
    `${options.rounds} rounds after a warm-up, slices of ${options.sliceMs} ms, candidates in random order (seed ${options.seed}), ${seconds} s in all. Every ratio is the median of the ratios within each round.`,
    Object.entries(packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
  return lines.join('\n\n');
}

/**
 * @param {import('../backend-process.js').BackendResult} backend
 * @returns {string[]}
 */
function describeBackend(backend) {
  const settings = backend.candidates.map(({ id, role, settings: text }) => [id, role, text]);
  const calls = backend.emptyCalls.map(({ inFlight, perSecond }) => `${formatRate(perSecond)}/s at ${inFlight}`);
  return [
    `## ${backend.backend}`,
    table(['candidate', 'role', 'settings'], settings),
    `Slices of ${backend.sliceMs} ms. The benchmark itself calls an empty async function ${calls.join(', ')} in flight.`,
    '### Ours and the others',
    describeRatios(backend),
    ...ROWS.filter(({ id }) => backend.throughput.some(({ row }) => row === id)).flatMap((row) =>
      describeRow(row, backend),
    ),
    ...(backend.listing.length === 0 ? [] : ['### Listing and clearing', describeListing(backend)]),
    ...(backend.growth.length === 0 ? [] : ['### Growth', describeGrowth(backend)]),
    ...describeLayers(backend),
    ...describeServer(backend),
    ...describeProfiles(backend),
  ];
}

/**
 * Our throughput as a ratio of each other candidate's, row by row.
 * @param {import('../backend-process.js').BackendResult} backend
 */
function describeRatios({ candidates, throughput }) {
  const others = candidates.filter(({ role }) => role !== 'ours').map(({ id }) => id);
  const lines = throughput.map((result) => [
    result.row,
    `${result.inFlight}`,
    formatRate(median((result.rounds['fsm-storage'] ?? []).map((slice) => slice.perSecond))),
    ...others.map((id) => formatRatio(ratioTo(result, id))),
  ]);
  return table(['row', 'in flight', 'ours, ops/s', ...others.map((id) => `÷ ${id}`)], lines);
}

/**
 * @param {import('../workload/rows.js').Row} row
 * @param {import('../backend-process.js').BackendResult} backend
 * @returns {string[]}
 */
function describeRow(row, { throughput, candidates }) {
  const lines = throughput
    .filter((result) => result.row === row.id)
    .flatMap(({ inFlight, rounds }) =>
      candidates.map(({ id }) => {
        const slices = rounds[id];
        if (slices === undefined) return [`${inFlight}`, id, '—', '—', '—', '—'];
        const all = (/** @type {'perSecond' | 'p50' | 'p99'} */ name) => median(slices.map((slice) => slice[name]));
        const loopDelay = Math.max(...slices.map((slice) => slice.loopDelay));
        return [
          `${inFlight}`,
          id,
          formatRate(all('perSecond')),
          formatMs(all('p50')),
          formatMs(all('p99')),
          formatMs(loopDelay),
        ];
      }),
    );
  const heads = ['in flight', 'candidate', 'ops/s', 'p50, ms', 'p99, ms', 'longest loop delay, ms'];
  return [`### ${row.title}`, table(heads, lines)];
}

/** @param {import('../backend-process.js').BackendResult} backend */
function describeListing({ listing }) {
  const lines = listing.map(({ candidate, keys, lists, clears }) => [
    formatCount(keys),
    candidate,
    lists.length === 0 ? '—' : formatMs(median(lists.map(({ ms }) => ms))),
    lists.length === 0 ? '—' : formatMs(Math.max(...lists.map(({ loopDelay }) => loopDelay))),
    formatMs(median(clears.map(({ ms }) => ms))),
    formatMs(Math.max(...clears.map(({ loopDelay }) => loopDelay))),
  ]);
  return table(['keys', 'candidate', 'list 1 %, ms', 'loop delay, ms', 'clear, ms', 'loop delay, ms'], lines);
}

/** @param {import('../backend-process.js').BackendResult} backend */
function describeGrowth({ growth, sizes }) {
  const keyCounts = [...new Set(sizes.map(({ keys }) => keys))];
  const rows = growth.map(({ row, candidate, rounds }) => [
    row,
    candidate,
    ...keyCounts.map((keys) => formatRate(median((rounds[keys] ?? []).map((slice) => slice.perSecond)))),
  ]);
  const bytes = [...new Set(sizes.map(({ candidate }) => candidate))].map((candidate) => [
    'bytes per key',
    candidate,
    ...keyCounts.map((keys) => {
      const size = sizes.find((each) => each.candidate === candidate && each.keys === keys);
      return size === undefined ? '—' : `${Math.round(size.bytesPerKey)}`;
    }),
  ]);
  return table(
    ['ops/s, one in flight', 'candidate', ...keyCounts.map((keys) => `${formatCount(keys)} keys`)],
    [...rows, ...bytes],
  );
}

/**
 * @param {import('../backend-process.js').BackendResult} backend
 * @returns {string[]}
 */
function describeLayers({ layers }) {
  if (layers === undefined) return [];
  const lines = layers.flatMap((result) => {
    const perSecond = (/** @type {string} */ id) => median((result.rounds[id] ?? []).map((slice) => slice.perSecond));
    return Object.keys(result.rounds).map((id) => [
      result.row,
      `${result.inFlight}`,
      id,
      formatRate(perSecond(id)),
      formatRatio(ratioToNone(result, id)),
      id === NO_LAYERS ? '—' : (1e6 / perSecond(id) - 1e6 / perSecond(NO_LAYERS)).toFixed(2),
    ]);
  });
  return [
    '### Layers',
    'The same storage with layers around its driver. The last column is what a call takes beyond one without layers.',
    table(['row', 'in flight', 'layers', 'ops/s', '÷ none', 'µs more'], lines),
  ];
}

/**
 * @param {import('../backend-process.js').BackendResult} backend
 * @returns {string[]}
 */
function describeServer({ server, neighbour, serverSettings }) {
  if (serverSettings === undefined) return [];
  if (server === undefined || neighbour === undefined) return ['### The server itself', `${serverSettings}.`];
  const limits = server.map(({ command, clients, pipeline, perSecond }) => [
    command,
    `${clients}`,
    `${pipeline}`,
    formatRate(perSecond),
  ]);
  const phases = neighbour.phases.map(({ candidate, phase, pings, worst, p999 }) => [
    candidate,
    phase,
    `${pings}`,
    formatMs(p999),
    formatMs(worst),
  ]);
  return [
    '### The server itself',
    `${serverSettings}; by redis-benchmark:`,
    table(['command', 'clients', 'pipeline', 'per second'], limits),
    `### Another client's PING, ${formatCount(neighbour.keys)} keys`,
    table(['next to', 'phase', 'PINGs', '99.9 %, ms', 'worst, ms'], phases),
  ];
}

/**
 * @param {import('../backend-process.js').BackendResult} backend
 * @returns {string[]}
 */
function describeProfiles({ profiles }) {
  if (profiles === undefined || profiles.length === 0) return [];
  const lines = profiles.map(({ row, inFlight, functions }) => [
    row,
    `${inFlight}`,
    functions.map(({ name, share }) => `${name} ${(share * 100).toFixed(1)} %`).join(', '),
  ]);
  return [
    '### Where our own time goes',
    'From a processor profile: the functions with the most self time. The time of a function of the runtime, such as ' +
      'a write to a socket or a statement of SQLite, counts for its caller, unless it has its own name.',
    table(['row', 'in flight', 'share of the time'], lines),
  ];
}

/** @param {readonly import('../startup/start-up.js').StartUpResult[]} startUp */
function describeStartUp(startUp) {
  const lines = startUp.map(({ title, ms }) => [title, ...[0.5, 0, 1].map((share) => formatMs(quantile(ms, share)))]);
  return table(['process', 'median, ms', 'least', 'most'], lines);
}

/** @param {number} ratio */
function formatRatio(ratio) {
  return Number.isNaN(ratio) ? '—' : ratio.toFixed(2);
}
