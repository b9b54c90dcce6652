import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { MemoryStorage } from '../../../src/backends/memory/memory.storage.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import type { FsmStorageRootOptions } from '../../../src/nest/module-options.js';
import { RecordedDriver } from './recorded-driver.js';

async function problemsOf(options: unknown): Promise<readonly string[]> {
  const root = FsmStorageModule.forRoot(options as FsmStorageRootOptions);
  const compiled: Promise<unknown> = Test.createTestingModule({ imports: [root] }).compile();
  const error = await compiled.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'problems' in error) return error.problems as string[];
  throw new Error('expected an InvalidOptionsError', { cause: error });
}

describe('options of FsmStorageModule', () => {
  it('ER-2 names the allowed backends when it is unknown or left out', async () => {
    const allowed = /memory.*sqlite.*redis.*typeorm.*custom/;
    expect(await problemsOf({ backend: 'mongo' })).toEqual([expect.stringMatching(allowed)]);
    expect(await problemsOf({})).toEqual([expect.stringMatching(allowed)]);
    expect(await problemsOf({ backend: 'constructor' })).toEqual([expect.stringMatching(allowed)]);
  });

  it('ER-2 reports the problems of the module and of the backend in one error', async () => {
    const problems = await problemsOf({
      backend: 'memory',
      path: 'fsm.db',
      namespace: 'a b',
      defaultTtl: -1,
      retryAttempts: -1,
      retryDelay: '3s',
    });
    const named = problems.map((problem) => problem.split(':')[0]);
    expect(named.sort()).toEqual(['defaultTtl', 'namespace', 'path', 'retryAttempts', 'retryDelay']);
  });

  it.each([
    ['backend', { backend: undefined }],
    ['url', { backend: 'redis', url: undefined }],
    ['url', { backend: 'redis', url: '' }],
    ['url', { backend: 'postgres', url: undefined }],
    ['url', { backend: 'mysql', url: undefined }],
    ['path', { backend: 'sqlite', path: undefined }],
  ])('ER-2 names %s and asks about the environment variable for %j', async (name, options) => {
    expect(await problemsOf(options)).toEqual([
      expect.stringMatching(
        new RegExp(`^${name}: expected .*, got (undefined|an empty string); is the environment variable set\\?$`),
      ),
    ]);
  });

  it('ER-2 does not ask about an environment variable when an option is left out', async () => {
    expect(await problemsOf({})).toEqual([expect.stringMatching(/got undefined$/)]);
    expect(await problemsOf({ backend: 'redis' })).toEqual([expect.stringMatching(/^url: expected exactly one of/)]);
    expect(await problemsOf({ backend: 'sqlite' })).toEqual([expect.stringMatching(/got undefined$/)]);
  });

  it('ER-2 passes the problems of a backend on when the module has none', async () => {
    expect(await problemsOf({ backend: 'memory', path: 'fsm.db' })).toEqual([expect.stringMatching(/^path: unknown/)]);
  });

  it('ER-2 reports only the problems of the module when the backend has none', async () => {
    expect(await problemsOf({ backend: 'memory', retryDelay: -1 })).toEqual([expect.stringMatching(/^retryDelay:/)]);
  });

  it.each([[undefined], [null], ['memory']])('ER-2 rejects %p as options at once', (options) => {
    expect(() => FsmStorageModule.forRoot(options as unknown as FsmStorageRootOptions)).toThrow(
      "options: expected an object such as { backend: 'memory' }",
    );
  });

  it('ER-2 rejects a wrong name, isGlobal and extraProviders at once, all together', () => {
    const options = { backend: 'memory', name: '', isGlobal: 'yes', extraProviders: {} };
    expect(() => FsmStorageModule.forRoot(options as unknown as FsmStorageRootOptions)).toThrow(
      /name: .*isGlobal: .*extraProviders: /,
    );
  });

  it('ER-2 rejects a custom storage that is neither, and lists the missing methods', async () => {
    const almost = Object.assign(new MemoryStorage(), { health: undefined });
    expect(await problemsOf({ backend: 'custom', storage: almost })).toEqual([
      expect.stringContaining('as a BaseStorage this one lacks health'),
    ]);
    const driver = Object.assign(new RecordedDriver(), { ping: undefined, scan: undefined });
    expect(await problemsOf({ backend: 'custom', storage: driver })).toEqual([
      expect.stringContaining('as a StorageDriver this one lacks ping, scan'),
    ]);
  });

  it.each([[undefined], [null], ['memory'], [() => new MemoryStorage()]])(
    'ER-2 rejects %p as a custom storage',
    async (storage) => {
      expect(await problemsOf({ backend: 'custom', storage })).toEqual([
        expect.stringMatching(/^storage: expected a BaseStorage or a StorageDriver/),
      ]);
    },
  );

  it('ER-2 rejects common options next to a ready storage, to which they cannot apply', async () => {
    const options = { backend: 'custom', storage: new MemoryStorage(), namespace: 'shop', defaultTtl: 5 };
    expect(await problemsOf(options)).toEqual([
      expect.stringMatching(/^namespace: does not apply/),
      expect.stringMatching(/^defaultTtl: does not apply/),
    ]);
  });

  it('ER-2 rejects unknown options next to a custom driver', async () => {
    const options = { backend: 'custom', storage: new RecordedDriver(), ttl: 5 };
    expect(await problemsOf(options)).toEqual([expect.stringMatching(/^ttl: unknown option/)]);
  });
});
