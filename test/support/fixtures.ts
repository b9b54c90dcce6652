import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';

interface Stoppable {
  stop(): Promise<unknown>;
}

interface Startable extends Stoppable {
  start(): Promise<unknown>;
}

/**
 * Starts a server before the tests of the file or `describe` block and stops it after them. Returns a function that
 * returns the server. Jest calls `afterAll` hooks in the order of their definition: define the hook of a client that
 * must disconnect first before this call.
 */
export function useServer<Server extends Stoppable>(start: () => Promise<Server>): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('The server runs only while hooks and tests run');
    return server;
  };
}

/** Creates a folder before the tests of the file or `describe` block, removes it after them, and returns its path. */
export function useFolder(): () => string {
  let path = '';
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'fsm-test-'));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return () => path;
}

/** Closes what a test opens. */
export interface CleanUp {
  /** Calls a function after the test. */
  afterTest(clean: () => unknown): void;
  /** Stops a server or a storage after the test, and returns it. */
  stopAfterTest<Resource extends Stoppable>(resource: Resource): Resource;
  /** Starts a storage, stops it after the test, even if it did not start, and returns it. */
  openStorage<Storage extends Startable>(storage: Storage): Promise<Storage>;
}

/** Closes after every test what the test opened, the last first. */
export function useCleanUp(): CleanUp {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
  });
  const stopAfterTest = <Resource extends Stoppable>(resource: Resource): Resource => {
    cleanUp.push(() => resource.stop());
    return resource;
  };
  return {
    afterTest: (clean) => void cleanUp.push(clean),
    stopAfterTest,
    openStorage: async (storage) => {
      await stopAfterTest(storage).start();
      return storage;
    },
  };
}

/** The error with which a call throws or rejects; the text `no failure` if it returns or resolves. */
export async function failureOf(call: PromiseLike<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof call === 'function' ? call() : call);
    return 'no failure';
  } catch (error) {
    return error;
  }
}
