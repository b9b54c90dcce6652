/** Registers something that runs once, before or after the tests of the enclosing `describe`. */
type Hook = (body: () => Promise<void>) => unknown;

interface TestRegistration {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/**
 * The functions of a test framework, handed in so that the kit depends on none. jest and vitest name the hooks
 * `beforeAll` and `afterAll`, node:test and mocha `before` and `after`; a whole `import * as framework` will do.
 *
 * @example
 * ```ts
 * import { after, before, describe, it } from 'node:test';
 * import { describeStorageContract } from 'nestjs-fsm-storage/testing';
 * import { myBackend } from './my-backend.js';
 *
 * describeStorageContract(myBackend, { describe, it, before, after });
 * ```
 */
export type TestFramework = TestRegistration &
  ({ readonly beforeAll: Hook; readonly afterAll: Hook } | { readonly before: Hook; readonly after: Hook });

/** The framework's hooks, whatever it calls them. */
export function hooksOf(framework: TestFramework): { readonly beforeAll: Hook; readonly afterAll: Hook } {
  if ('beforeAll' in framework) return framework;
  return { beforeAll: framework.before, afterAll: framework.after };
}
