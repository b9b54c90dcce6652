/**
 * The targets, as data: each is printed with its measurement.
 *
 * @typedef {{ id: string, backend: string, text: string }} TargetBase
 * @typedef {TargetBase & { kind: 'ratio', row: string, inFlight: number, against: string, atLeast: number }} RatioTarget
 * @typedef {TargetBase & { kind: 'ahead', peer: string, atLeast: number }} AheadTarget of a peer in every row that both have
 * @typedef {TargetBase & { kind: 'growth', row: string, atMost: number }} GrowthTarget from 10k keys to the most
 * @typedef {TargetBase & { kind: 'loop', atMostMs: number }} LoopTarget beyond the longest delay of the raw drivers
 * @typedef {TargetBase & { kind: 'start', probe: string, beyond?: string, atMostMs: number }} StartTarget
 * @typedef {TargetBase & { kind: 'neighbour', atMostMs: number }} NeighbourTarget
 * @typedef {TargetBase & { kind: 'layers', row: string, inFlight: number, atLeast: number }} LayersTarget with all of them, of without
 * @typedef {RatioTarget | AheadTarget | GrowthTarget | LoopTarget | StartTarget | NeighbourTarget | LayersTarget} Target
 */

const WRITES = ['set', 'set-ttl', 'swap-won', 'increment-many'];
const GROWING = ['get', 'set', 'swap-won', 'increment', 'list'];
const MAX_LOOP_EXCESS_MS = 5;

/** @type {readonly Target[]} */
export const TARGETS = [
  ratio('memory', 'get', 1, 'map', 0.3),
  ratio('memory', 'set', 1, 'map', 0.25),
  ratio('memory', 'increment-many', 1, 'map', 0.45),
  ...ahead('memory', ['keyv, best', 'keyv'], 4),
  ...ahead(
    'memory',
    ['unstorage, best', 'unstorage', 'cache-manager, best', 'cache-manager', 'rate-limiter-flexible'],
    1,
  ),

  ratio('better-sqlite3', 'get', 1, 'better-sqlite3', 0.65),
  ...WRITES.map((row) => ratio('better-sqlite3', row, 1, 'better-sqlite3', 0.85)),
  ...[64, 512].flatMap((inFlight) => [
    ...WRITES.map((row) => ratio('better-sqlite3', row, inFlight, 'better-sqlite3 × 512', 0.65)),
    ratio('better-sqlite3', 'get', inFlight, 'better-sqlite3', 0.55),
  ]),
  ...ahead('better-sqlite3', ['unstorage, best', 'unstorage'], 1),
  ...ahead('better-sqlite3', ['better-sqlite3-session-store, best', 'better-sqlite3-session-store'], 1),
  ...ahead('better-sqlite3', ['rate-limiter-flexible, best', 'rate-limiter-flexible'], 1),

  ...['get', ...WRITES].map((row) => ratio('sqlite3', row, 1, 'sqlite3', 0.9)),
  ...WRITES.map((row) => ratio('sqlite3', row, 64, 'sqlite3', 2.5)),
  ...ahead('sqlite3', ['@keyv/sqlite, best', '@keyv/sqlite', 'cache-manager, best', 'rate-limiter-flexible, best'], 1),

  ...['get', 'set', 'swap-won', 'increment-many'].map((row) => ratio('redis', row, 1, 'ioredis', 0.9)),
  ratio('redis', 'get', 64, 'RESP client', 0.85),
  ratio('redis', 'increment-many', 64, 'RESP client', 0.85),
  ratio('redis', 'swap-won', 64, 'RESP client', 0.85),
  ratio('redis', 'set-ttl', 64, 'RESP client', 0.65),
  ratio('redis', 'get', 512, 'RESP client', 0.9),
  ratio('redis', 'increment-many', 512, 'RESP client', 0.9),
  ratio('redis', 'swap-won', 512, 'RESP client', 0.7),
  ratio('redis', 'set', 512, 'RESP client', 0.55),
  ...ahead('redis', ['@keyv/redis, best', '@keyv/redis', 'cache-manager, best', 'unstorage, best', 'unstorage'], 1),
  ...ahead('redis', ['connect-redis', 'rate-limiter-flexible, best', 'rate-limiter-flexible'], 1),
  {
    kind: 'neighbour',
    id: 'redis/neighbour',
    backend: 'redis',
    text: "another client's worst PING while keys are listed and cleared, beyond its worst when idle",
    atMostMs: 5,
  },

  ...served('postgres', { held: 'pg', pool: 'pg, pool' }),
  ...ahead('postgres', ['@keyv/postgres, best', '@keyv/postgres', 'connect-pg-simple', 'rate-limiter-flexible'], 1),

  ...served('mariadb', { held: 'mysql2', pool: 'mysql2, pool' }),
  ...ahead('mariadb', ['@keyv/mysql, best', '@keyv/mysql', 'rate-limiter-flexible'], 1),

  ...['get', 'set'].flatMap((row) => [1, 64].map((inFlight) => layers('redis', row, inFlight, 0.9))),

  ...['memory', 'better-sqlite3', 'sqlite3', 'redis', 'postgres', 'mariadb'].flatMap((backend) => [
    ...GROWING.map((row) => growth(backend, row)),
    loop(backend),
  ]),

  start('start/import', 'import of the package beyond Nest’s own', 'import-package', undefined, 60),
  start('start/ready', 'forRoot on SQLite ready, beyond TypeORM alone', 'ready-app', 'ready-typeorm', 100),
];

/**
 * @param {string} backend
 * @param {string} row
 * @param {number} inFlight
 * @param {string} against
 * @param {number} atLeast
 * @returns {RatioTarget}
 */
function ratio(backend, row, inFlight, against, atLeast) {
  const id = `${backend}/${row}/${inFlight}`;
  return {
    kind: 'ratio',
    id,
    backend,
    text: `${row}, ${inFlight} in flight, of ${against}`,
    row,
    inFlight,
    against,
    atLeast,
  };
}

/**
 * On a server, one call is compared with a held connection, and calls in flight with as many connections as ours has. If
 * many callers change the same keys, ours avoids contention for the rows.
 * @param {string} backend
 * @param {{ held: string, pool: string }} limits
 * @returns {RatioTarget[]}
 */
function served(backend, { held, pool }) {
  return [
    ...['get', ...WRITES].map((row) => ratio(backend, row, 1, held, 0.85)),
    ...[64, 512].flatMap((inFlight) => ['get', ...WRITES].map((row) => ratio(backend, row, inFlight, pool, 0.85))),
    ratio(backend, 'increment-hot', 64, pool, 1),
    ratio(backend, 'update', 64, pool, 1),
  ];
}

/**
 * @param {string} backend
 * @param {string} row
 * @param {number} inFlight
 * @param {number} atLeast
 * @returns {LayersTarget}
 */
function layers(backend, row, inFlight, atLeast) {
  const id = `${backend}/layers/${row}/${inFlight}`;
  const text = `${row}, ${inFlight} in flight, all three layers, of none`;
  return { kind: 'layers', id, backend, text, row, inFlight, atLeast };
}

/**
 * @param {string} backend
 * @param {readonly string[]} peers
 * @param {number} atLeast
 * @returns {AheadTarget[]}
 */
function ahead(backend, peers, atLeast) {
  return peers.map((peer) => {
    return {
      kind: 'ahead',
      id: `${backend}/ahead/${peer}`,
      backend,
      text: `its worst row against ${peer}`,
      peer,
      atLeast,
    };
  });
}

/**
 * @param {string} backend
 * @param {string} row
 * @returns {GrowthTarget}
 */
function growth(backend, row) {
  return { kind: 'growth', id: `${backend}/growth/${row}`, backend, text: `cost of ${row}`, row, atMost: 1.3 };
}

/**
 * @param {string} backend
 * @returns {LoopTarget}
 */
function loop(backend) {
  const text = 'longest event-loop delay beyond that of the raw drivers';
  return { kind: 'loop', id: `${backend}/loop`, backend, text, atMostMs: MAX_LOOP_EXCESS_MS };
}

/**
 * @param {string} id
 * @param {string} text
 * @param {string} probe
 * @param {string | undefined} beyond
 * @param {number} atMostMs
 * @returns {StartTarget}
 */
function start(id, text, probe, beyond, atMostMs) {
  return { kind: 'start', id, backend: 'start', text, probe, atMostMs, ...(beyond !== undefined && { beyond }) };
}
