// ESM-native jest (needs node --experimental-vm-modules) with one CommonJS project for packages that require() Nest.
const swcOptions = (module, parser = { syntax: 'typescript', decorators: true }) => ({
  jsc: {
    target: 'es2023',
    parser,
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: module },
  sourceMaps: 'inline',
});
const moduleNameMapper = {
  '^(\\.{1,2}/.*)\\.js$': '$1',
  // Tests use the package by its public name and meet its sources, so that coverage counts.
  '^nestjs-fsm-storage$': '<rootDir>/src/index.ts',
  '^nestjs-fsm-storage/core$': '<rootDir>/src/core.ts',
  '^nestjs-fsm-storage/(redis|typeorm)$': '<rootDir>/src/backends/$1/index.ts',
  '^nestjs-fsm-storage/throttler$': '<rootDir>/src/adapters/throttler/index.ts',
  '^nestjs-fsm-storage/(terminus|testing)$': '<rootDir>/src/$1/index.ts',
};
const esm = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions('es6')] },
  moduleNameMapper,
};
// Node 20: jest cannot require() ESM, so CommonJS packages that require('@nestjs/*') (throttler 6) need this.
const cjs = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', swcOptions('commonjs')],
    '^.+\\.m?js$': ['@swc/jest', swcOptions('commonjs', { syntax: 'ecmascript' })],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit)/)',
  ],
  moduleNameMapper,
};
// The tests and, by the variable that ts-register.mjs reads, their worker processes.
const typeormV1 = {
  moduleNameMapper: { ...moduleNameMapper, '^typeorm$': 'typeorm-v1' },
  setupFiles: ['<rootDir>/test/support/typeorm-v1.mjs'],
};
const project = (displayName, overrides = {}) => ({
  ...esm,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.spec.ts`],
  ...overrides,
});

/** @type {import('jest').Config} */
export default {
  testTimeout: 120_000,
  // Many suites wait for processes and disks of their own: two workers keep two cores busy.
  maxWorkers: 2,
  // A worker keeps much of each suite it has run, and its servers: one that has grown is replaced, or all get slow.
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  collectCoverageFrom: ['src/**/*.ts', '!src/**/index.ts'],
  coverageThreshold: { global: { lines: 95, branches: 90 } },
  projects: [
    project('unit'),
    // Newer servers meet newer clients: each server, and each major version of a client, has one run of the suite.
    project('contract', {
      testPathIgnorePatterns: ['/node_modules/', '/contract/(postgres-18|mariadb-11|redis-8)\\.spec'],
    }),
    project('contract:typeorm-v1', {
      testMatch: ['<rootDir>/test/contract/{better-sqlite3,postgres-18,mariadb-11}.spec.ts'],
      ...typeormV1,
    }),
    project('contract:ioredis-v6', {
      testMatch: ['<rootDir>/test/contract/redis-8.spec.ts'],
      moduleNameMapper: { ...moduleNameMapper, '^ioredis$': 'ioredis-v6' },
    }),
    project('property'),
    project('integration'),
    project('integration:typeorm-v1', {
      testMatch: [
        '<rootDir>/test/integration/{typeorm,postgres,mysql}-*.spec.ts',
        '<rootDir>/test/fault/postgres-*.spec.ts',
      ],
      // What a user of the server may do is the same whichever TypeORM asks.
      testPathIgnorePatterns: ['/node_modules/', '/postgres-rights\\.spec'],
      ...typeormV1,
    }),
    project('integration:ioredis-v6', {
      testMatch: ['<rootDir>/test/{integration,fault}/redis-*.spec.ts'],
      // Tests of the tests' own servers, of batches and of layers, which do the same whichever ioredis is below.
      testPathIgnorePatterns: ['/node_modules/', '/redis-support\\.spec', '/fault/redis-(batch|layers)\\.spec'],
      moduleNameMapper: { ...moduleNameMapper, '^ioredis$': 'ioredis-v6' },
    }),
    project('fault'),
    project('linearizability'),
    project('e2e', { testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] }),
    project('package'),
    {
      ...cjs,
      displayName: 'peers',
      testMatch: ['<rootDir>/test/peers/**/*.spec.ts'],
      // The same sources compiled otherwise would spoil the coverage that the other projects measure.
      coveragePathIgnorePatterns: ['/node_modules/', '<rootDir>/src/'],
    },
  ],
};
