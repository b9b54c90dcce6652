import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { InvalidOptionsError } from '../../src/errors/usage-errors.js';
import { type Certificate, createCertificate } from './certificate.js';

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
  return useResource(start, (server) => server.stop());
}

/**
 * Waits for a server that starts, stops it after the tests of the file, and returns it. For files whose tests all need the
 * server: `const server = await stopAfterAll(startRedisServer())`.
 */
export async function stopAfterAll<Server extends Stoppable>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  afterAll(() => server.stop());
  return server;
}

/** Creates a folder before the tests of the file or `describe` block, removes it after them, and returns its path. */
export function useFolder(): () => string {
  return useResource(
    () => mkdtemp(join(tmpdir(), 'fsm-test-')),
    (path) => rm(path, { recursive: true, force: true }),
  );
}

/**
 * Creates a self-signed certificate for a host name before the tests of the file or `describe` block, removes it after them,
 * and returns it.
 */
export function useCertificate(...parameters: Parameters<typeof createCertificate>): () => Certificate {
  return useResource(
    () => createCertificate(...parameters),
    (certificate) => certificate.remove(),
  );
}

function useResource<Resource>(
  create: () => Promise<Resource>,
  remove: (resource: Resource) => Promise<unknown>,
): () => Resource {
  let resource: Resource | undefined;
  beforeAll(async () => {
    resource = await create();
  });
  afterAll(() => (resource === undefined ? undefined : remove(resource)));
  return () => {
    if (resource === undefined) throw new Error('A fixture exists only while hooks and tests run.');
    return resource;
  };
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

/** The problems of the InvalidOptionsError that a call throws; none if it returns. */
export function problemsThrownBy(call: () => unknown): readonly string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  return [];
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
