import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOf } from './harness/options.js';
import { createRandom } from './harness/random.js';
import { DATABASES, SERVER_SETTINGS, startRedis } from './redis/server.js';
import { measureServer } from './redis/server-limit.js';
import { measureNeighbour } from './redis/neighbour.js';
import { startSqlServer } from './servers/sql-server.js';
import { measureCalls } from './workload/empty-calls.js';
import { measureGrowth } from './workload/growth.js';
import { measureLayers } from './workload/layers.js';
import { measureListing } from './workload/listing.js';
import { measureProfiles } from './workload/profiles.js';
import { measureThroughput } from './workload/throughput.js';
import { verify } from './workload/verify.js';

/**
 * The measurements of one backend, which its process sends to the parent process.
 *
 * @typedef {object} BackendResult
 * @property {string} backend
 * @property {number} [sliceMs]
 * @property {readonly { id: string, role: string, settings: string }[]} candidates
 * @property {readonly { inFlight: number, perSecond: number }[]} emptyCalls
 * @property {readonly import('./workload/throughput.js').ThroughputResult[]} throughput
 * @property {readonly import('./workload/growth.js').GrowthResult[]} growth
 * @property {readonly import('./workload/growth.js').SizeResult[]} sizes
 * @property {readonly import('./workload/listing.js').ListingResult[]} listing
 * @property {readonly import('./redis/server-limit.js').ServerLimit[]} [server]
 * @property {import('./redis/neighbour.js').NeighbourResult} [neighbour]
 * @property {string} [serverSettings]
 * @property {readonly import('./workload/layers.js').LayersResult[]} [layers]
 * @property {readonly import('./workload/profiles.js').Profile[]} [profiles]
 * @property {number} seconds
 */

/**
 * @param {string} backend
 * @param {import('./harness/options.js').Options} options
 * @returns {Promise<BackendResult>}
 */
async function run(backend, options) {
  const startedAt = performance.now();
  const { candidates, withLayers } = /** @type {typeof import('./candidates/memory/index.js')} */ (
    await import(`./candidates/${backend}/index.js`)
  );
  const folder = await mkdtemp(join(tmpdir(), `fsm-benchmark-${backend}-`));
  const redis = backend === 'redis' ? await startRedis() : undefined;
  const sql = await startSqlServer(backend);
  const bench = createBench({ backend, candidates, options, folder, redis, sql });
  try {
    await verifyAll(bench);
    const result = {
      backend,
      sliceMs: options.sliceMs,
      candidates: candidates.map(({ id, role, settings }) => ({ id, role, settings })),
      emptyCalls: await measureCalls(bench),
      throughput: await measureThroughput(bench),
      ...(await measureGrowth(bench)),
      listing: await measureListing(bench),
      ...(withLayers && { layers: await measureLayers(withLayers, bench) }),
      ...(redis && (await measureRedis(redis.port, bench))),
      ...(sql && { serverSettings: sql.settings }),
    };
    const profiles = await measureProfiles(backend, bench);
    return { ...result, profiles, seconds: Math.round((performance.now() - startedAt) / 1000) };
  } finally {
    await redis?.stop();
    await sql?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {number} port
 * @param {import('./workload/throughput.js').Bench} bench
 */
async function measureRedis(port, bench) {
  return {
    server: await measureServer(port, bench),
    neighbour: await measureNeighbour(port, bench),
    serverSettings: SERVER_SETTINGS,
  };
}

/**
 * @typedef {object} BenchSettings
 * @property {string} backend
 * @property {readonly import('./candidates/candidate.js').Candidate[]} candidates
 * @property {import('./harness/options.js').Options} options
 * @property {string} folder
 * @property {{ port: number } | undefined} redis
 * @property {import('./servers/sql-server.js').SqlServer | undefined} sql
 */

/**
 * @param {BenchSettings} settings
 * @returns {import('./workload/throughput.js').Bench}
 */
function createBench({ backend, candidates, options, folder, redis, sql }) {
  let opened = 0;
  const startedAt = performance.now();
  return {
    candidates,
    options,
    // If an operation takes less than a microsecond, most are not timed: two clock readings would take as long.
    sampleEvery: backend === 'memory' ? 16 : 1,
    random: createRandom(options.seed),
    outlivesClose: backend !== 'memory',
    createPlace: (purpose) => {
      opened += 1;
      const database = `place_${opened}`;
      return {
        folder,
        name: `${opened}-${purpose}`,
        ...(redis && { redis: { port: redis.port, database: opened % DATABASES } }),
        ...(sql && { database: { url: sql.urlOf(database), create: () => sql.createDatabase(database) } }),
      };
    },
    say: (line) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stderr.write(`  ${backend} ${seconds.padStart(6)} s  ${line}\n`);
    },
  };
}

/**
 * All concurrently: most of the time is spent waiting for entries to expire.
 * @param {import('./workload/throughput.js').Bench} bench
 */
async function verifyAll(bench) {
  bench.say('verifying that every candidate does what it says');
  await Promise.all(bench.candidates.map((candidate) => verify(candidate, bench.createPlace('verify'), bench)));
}

const [backend = '', options = ''] = process.argv.slice(2);
const result = await run(backend, optionsOf(backend, JSON.parse(options)));
process.send?.(result, () => process.exit());
