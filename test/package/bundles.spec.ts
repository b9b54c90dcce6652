import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileApp, createApp, installByHand, packInto } from '../support/package-app.js';
import { ROOT } from '../support/package-layout.js';
import { createFolder, removeFolder, runWell } from '../support/package-process.js';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.js';

const TIMEOUT = 300_000;
const NEST = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
const PEERS = ['typeorm', 'pg', 'mysql2', 'better-sqlite3'];

/** A package with a native part, and those that Nest imports where they are installed. */
const EXTERNAL = [
  'better-sqlite3',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
];

const FORMATS = [
  { format: 'esm', type: 'module', output: 'bundle.mjs' },
  { format: 'cjs', type: 'commonjs', output: 'bundle.cjs' },
] as const;

type Format = (typeof FORMATS)[number];

/** What a user writes to bundle `bundled.js`. The result of esbuild is minified, so no name of a class is left. */
const BUNDLERS: Readonly<Record<string, (format: Format) => string>> = {
  esbuild: ({ format, output }) => `
    const { build } = require(${nameOf('esbuild')});
    // What CommonJS packages need in an ES module.
    const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;" };
    build({
      entryPoints: ['bundled.js'], outfile: '${output}', bundle: true, platform: 'node', target: 'node20',
      format: '${format}', minify: true, logLevel: 'error', external: ${JSON.stringify(EXTERNAL.flatMap(withPaths))},
      ${format === 'esm' ? 'banner,' : ''}
    }).catch(() => process.exit(1));`,
  webpack: ({ format, output }) => `
    const webpack = require(${nameOf('webpack')});
    const isExternal = (name) => ${JSON.stringify(EXTERNAL)}.some((each) => name === each || name.startsWith(each + '/'));
    webpack({
      mode: 'production', optimization: { minimize: false }, target: 'node20', context: __dirname, entry: './bundled.js',
      output: { path: __dirname, filename: '${output}', ${format === 'esm' ? "module: true, chunkFormat: 'module'" : ''} },
      experiments: { outputModule: ${format === 'esm'} },
      externalsType: '${format === 'esm' ? 'import' : 'commonjs'}',
      externals: ({ request }, done) => (isExternal(request) ? done(null, request) : done()),
      plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
    }, (error, stats) => {
      if (error === null && !stats.hasErrors()) return;
      console.error(error ?? stats.toString({ all: false, errors: true }));
      process.exit(1);
    });`,
};

let folder = '';
let tarball = '';
let postgres: PostgresServer;

beforeAll(async () => {
  folder = createFolder('bundles');
  [{ tarball }, postgres] = await Promise.all([packInto(folder), startPostgresServer()]);
}, TIMEOUT);

afterAll(async () => {
  await postgres.stop();
  removeFolder(folder);
});

describe.each(Object.keys(BUNDLERS))('an app that %s bundles', (bundler) => {
  it.each(FORMATS)(
    'runs in $format with each package that was installed, and names the one that was not',
    async (format) => {
      const app = createApp(join(folder, `${bundler}-${format.format}`), format.type);
      // ioredis, sqlite3 and @opentelemetry/api stay away.
      await installByHand(app, tarball, [...NEST, ...PEERS]);
      compileApp(app, 'bundled');
      writeFileSync(join(app, 'bundle-app.cjs'), BUNDLERS[bundler]?.(format) ?? '');
      await runWell(process.execPath, ['bundle-app.cjs'], { cwd: app, timeout: TIMEOUT });

      const backends = [
        { backend: 'memory' },
        { backend: 'sqlite', path: 'fsm.db' },
        { backend: 'postgres', url: postgres.url },
        { backend: 'mysql', url: 'mysql://127.0.0.1:1/fsm', retryAttempts: 0 },
        { backend: 'redis', url: 'redis://127.0.0.1:1', retryAttempts: 0 },
      ];
      const state = { name: 'Order:cart' };
      const results: unknown = JSON.parse(
        await runWell(process.execPath, [format.output, JSON.stringify(backends)], { cwd: app }),
      );
      expect(results).toEqual([
        state,
        state,
        state,
        { name: 'StorageUnavailableError', message: expect.stringContaining('127.0.0.1:1') },
        { name: 'MissingDependencyError', message: expect.stringContaining('Run: npm install ioredis@') },
      ]);
    },
    TIMEOUT,
  );
});

function nameOf(bundler: string): string {
  return JSON.stringify(join(ROOT, 'node_modules', bundler));
}

function withPaths(name: string): readonly string[] {
  return [name, `${name}/*`];
}
