import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { type ExportedNames, packagesNamedBy, readDeclaredApi } from '../support/package-declarations.js';
import { ENTRIES, readText, ROOT } from '../support/package-layout.js';
import { runWell } from '../support/package-process.js';

/** The names of the contract, which never change. */
const FIXED_NAMES: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'BaseStorage',
    'JsonValue',
    'StateDocument',
    'Ttl',
    'MemoryStorage',
    'StorageDriver',
    'FsmStorageModule',
    'InjectFsmStorage',
    'getFsmStorageToken',
    'FsmStorageError',
    'InvalidIdentifierError',
    'InvalidStateError',
    'StateTooLargeError',
    'InvalidTtlError',
    'InvalidAmountError',
    'InvalidPatternError',
    'InvalidOptionsError',
    'StorageNotStartedError',
    'MissingDependencyError',
    'CorruptStateError',
    'CounterOverflowError',
    'ContentionError',
    'StorageUnavailableError',
    'StorageTimeoutError',
    'CircuitOpenError',
  ],
  './redis': ['RedisStorage'],
  './typeorm': ['SqliteStorage', 'TypeOrmStorage'],
  './terminus': ['FsmStorageHealthIndicator'],
  './testing': ['describeStorageContract', 'FakeClock', 'FaultyDriver'],
};

/** What the declarations of an entry may name. */
const OWN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '.': ['@nestjs/common', '@nestjs/core'],
  './core': [],
  './redis': ['ioredis'],
  './typeorm': ['typeorm'],
  './terminus': ['@nestjs/common', '@nestjs/core', '@nestjs/terminus'],
  './throttler': ['@nestjs/common', '@nestjs/throttler'],
  './testing': [],
};

const OPTIONAL_PEERS = [
  'ioredis',
  'typeorm',
  'better-sqlite3',
  'sqlite3',
  '@nestjs/terminus',
  '@nestjs/throttler',
  '@opentelemetry/api',
];

let declaredApi: Readonly<Record<string, ExportedNames>> = {};

beforeAll(() => {
  declaredApi = readDeclaredApi(ENTRIES);
});

describe('the public API', () => {
  it('is what test/package/public-api.json lists, name by name; a change there is a promise made or broken', () => {
    expect(declaredApi).toEqual(JSON.parse(readText('test/package/public-api.json')));
  });

  it('holds the fixed names of the contract', () => {
    const missing = Object.entries(FIXED_NAMES).flatMap(([door, names]) =>
      names.filter((name) => declaredApi[door]?.[name] === undefined).map((name) => `${name} in ${door}`),
    );
    expect(missing).toEqual([]);
  });

  it.each(ENTRIES)('is at runtime what the declarations of $door say', async ({ door, publicName }) => {
    const text = `console.log(JSON.stringify(Object.keys(await import('${publicName}'))))`;
    const printed = await runNode(text);
    const declared = Object.entries(declaredApi[door] ?? {}).filter(([, kind]) => kind !== 'type');
    expect(JSON.parse(printed)).toEqual(declared.map(([name]) => name));
  });
});

describe('the declarations', () => {
  it.each(ENTRIES)('of $door name no package but its own', (entry) => {
    const foreign = packagesNamedBy(entry).filter((name) => !OWN_PACKAGES[entry.door]?.includes(name));
    expect(foreign).toEqual([]);
  });
});

describe('importing the main entry', () => {
  it('loads no optional peer, not even where all are installed', async () => {
    const loaded = await listModulesLoadedBy('nestjs-fsm-storage');
    expect(loaded.some((url) => url.includes('/node_modules/@nestjs/common/'))).toBe(true);
    const peers = OPTIONAL_PEERS.filter((peer) => loaded.some((url) => url.includes(`/node_modules/${peer}/`)));
    expect(peers).toEqual([]);
  });
});

/** Every file that node loads for an import, by `import` or by `require`. */
async function listModulesLoadedBy(publicName: string): Promise<string[]> {
  const hooks = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, nextLoad) {
      writeSync(1, url + '\\n');
      return nextLoad(url, context);
    }`;
  const printed = await runNode(`
    import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    await import('${publicName}');
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`);
  return printed.split('\n');
}

/** Runs a module text inside this package, whose public names lead to `dist` there. */
function runNode(text: string): Promise<string> {
  const args = ['--input-type=module', '--eval', text];
  return runWell(process.execPath, args, { cwd: join(ROOT, 'test') });
}
