import { parseArgs } from 'node:util';

/** The backends, in the order they are measured. Each gets its own process. */
export const BACKENDS = /** @type {const} */ (['memory', 'better-sqlite3', 'sqlite3', 'redis', 'postgres', 'mariadb']);

/** What `--only` accepts besides the backends. */
const START_UP = 'start';

/**
 * @typedef {object} Options
 * @property {'quick' | 'full'} mode
 * @property {readonly string[]} what to measure: backends, and `start`
 * @property {number} rounds
 * @property {number} seed of the random order of candidates
 * @property {number} peersInFlight maximum calls in flight of peers
 * @property {number} mostInFlight maximum calls in flight of any candidate
 * @property {readonly string[] | undefined} [rows] the rows of work by their id; undefined: all
 * @property {number} sliceMs how long a candidate runs in one round
 * @property {number} identifiers how many identifiers the work cycles through; a power of two
 * @property {readonly number[]} growthSizes how many keys there are, in ascending order
 * @property {number} growthRounds
 * @property {number} listedKeys how many keys there are when 1 % of them are listed, and all cleared, with every peer
 * @property {number} mostListedKeys how many keys there are at most when ours and the limits do the same
 * @property {number} listRounds
 * @property {number} clearRounds
 * @property {number} neighbourKeys how many keys Redis lists and clears while it serves another client
 * @property {number} startRounds
 * @property {number} profileMs how long a processor profile is taken; 0: none
 * @property {string} label a part of the name of the result files
 */

const MODES = {
  quick: {
    rounds: 7,
    peersInFlight: 64,
    mostInFlight: 512,
    sliceMs: 7,
    identifiers: 1024,
    growthSizes: [1000, 10_000, 20_000],
    growthRounds: 5,
    listedKeys: 20_000,
    mostListedKeys: 20_000,
    listRounds: 3,
    clearRounds: 1,
    neighbourKeys: 50_000,
    startRounds: 3,
    profileMs: 200,
  },
  full: {
    rounds: 7,
    peersInFlight: 512,
    mostInFlight: 512,
    sliceMs: 120,
    identifiers: 8192,
    growthSizes: [1000, 10_000, 100_000, 1_000_000],
    growthRounds: 9,
    listedKeys: 100_000,
    mostListedKeys: 1_000_000,
    listRounds: 7,
    clearRounds: 3,
    neighbourKeys: 1_000_000,
    startRounds: 15,
    profileMs: 400,
  },
};

const SERVED_ROWS = [
  ...['get', 'set', 'set-ttl', 'swap-won', 'swap-lost'],
  ...['increment-many', 'increment-hot', 'update', 'get-many'],
];

/** Different on a SQL server, where an operation takes a hundred times as long: fewer rows and fewer keys. */
const ON_SERVERS = {
  quick: {
    sliceMs: 10,
    identifiers: 256,
    mostInFlight: 64,
    rows: ['get', 'set', 'swap-won', 'increment-many'],
    growthSizes: [],
    listedKeys: 0,
    mostListedKeys: 0,
    profileMs: 0,
  },
  full: {
    sliceMs: 60,
    identifiers: 2048,
    rows: SERVED_ROWS,
    growthSizes: [10_000, 300_000],
    growthRounds: 7,
    mostListedKeys: 100_000,
    clearRounds: 2,
  },
};

export const HELP = `npm run bench -- [--quick] [--only ${BACKENDS.join(',')},${START_UP}] [--rounds 7] [--seed 1] [--label name]

  --quick    under two minutes: short slices, fewer keys; postgres and mariadb only where --only names them
  --only     some backends, and "${START_UP}" for the start-up times
  --rounds   how often each candidate runs each work; at least 7 for numbers to be shown to others
  --seed     of the random order of candidates; printed with the results
  --label    a part of the name of the result files, e.g. the kind of machine`;

/**
 * @param {readonly string[]} args
 * @returns {Options | 'help'}
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      label: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const mode = values.quick ? 'quick' : 'full';
  return {
    mode,
    only: readOnly(values.only, mode),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : wholeNumber('seed', values.seed),
    label: values.label,
    ...MODES[mode],
    ...(values.rounds !== undefined && { rounds: wholeNumber('rounds', values.rounds) }),
  };
}

/**
 * @param {string} backend
 * @param {Options} options of the whole run
 * @returns {Options}
 */
export function optionsOf(backend, options) {
  return isServedBySql(backend) ? { ...options, ...ON_SERVERS[options.mode] } : options;
}

/** @param {string} backend */
function isServedBySql(backend) {
  return backend === 'postgres' || backend === 'mariadb';
}

/**
 * @param {string | undefined} only
 * @param {keyof typeof MODES} mode
 */
function readOnly(only, mode) {
  const known = [...BACKENDS, START_UP];
  if (only === undefined) return mode === 'full' ? known : known.filter((name) => !isServedBySql(name));
  const chosen = only.split(',');
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--only: expected some of ${known.join(', ')}, got ${unknown.join(', ')}`);
  return chosen;
}

/**
 * @param {string} name
 * @param {string} text
 */
function wholeNumber(name, text) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name}: expected a whole number from 1, got ${text}`);
  return value;
}
