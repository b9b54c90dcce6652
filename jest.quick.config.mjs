// What `npm test` runs: enough to show that a change is right, in a few minutes and without coverage. The rest (clusters,
// sentinels, MySQL and MariaDB, faults, histories, other versions of peers) needs `npm run test:all`. With
// FSM_TEST_SCOPE=all, as in `.ci/run`, this is everything with coverage.
import everything from './jest.config.mjs';

/** The spec files of each project, without `.spec.ts`. */
const QUICK = {
  unit: ['**/*'],
  property: [
    'memory',
    'better-sqlite3',
    'sqlite3',
    'redis',
    'postgres',
    'canonical-json',
    'circuit-breaker',
    'identifier-*',
  ],
  contract: ['memory', '{faulty,layered}-memory', 'reference', 'better-sqlite3', 'sqlite3', 'redis', 'postgres', 'fa*'],
  // Generating, installing and bundling apps takes minutes.
  package: ['!(nest-apps|bundles|oldest-peers)'],
  peers: ['**/*'],
};

const { coverageThreshold, ...common } = everything;
const quick = {
  ...common,
  projects: everything.projects
    .filter(({ displayName }) => displayName === 'e2e' || displayName in QUICK)
    .map((project) => {
      const names = QUICK[project.displayName];
      const testMatch = names?.map((name) => `<rootDir>/test/${project.displayName}/${name}.spec.ts`);
      return testMatch === undefined ? project : { ...project, testMatch };
    }),
};

/** @type {import('jest').Config} */
export default process.env.FSM_TEST_SCOPE === 'all' ? { ...everything, collectCoverage: true } : quick;
