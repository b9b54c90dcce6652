import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import { BaseStorage } from '../../../src/contract/base-storage.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { circuitBreaker } from '../../../src/layers/circuit-breaker.js';
import { defaultLayersOf } from '../../../src/nest/backend-loader.js';
import { FsmStorageModule } from '../../../src/nest/fsm-storage.module.js';
import { logCircuit } from '../../../src/nest/logging.js';
import type { BackendName, FsmStorageRootOptions } from '../../../src/nest/module-options.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';

function namesOf(backend: BackendName, options: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return defaultLayersOf(backend, options).map(({ name }) => name);
}

/** The code of the error a sixth call meets after five that failed. */
async function codeAfterFiveFailures(layers?: FsmStorageRootOptions['layers']): Promise<unknown> {
  const driver = new FaultyDriver<StateDocument>(new MemoryDriver());
  const root = FsmStorageModule.forRoot({ backend: 'custom', storage: driver, layers });
  const app = await Test.createTestingModule({ imports: [root] }).compile();
  await app.init();
  driver.down();
  let code: unknown;
  for (let call = 0; call < 6; call += 1) {
    code = await app
      .get(BaseStorage)
      .getState('a')
      .catch((error: unknown) => (error as { readonly code: unknown }).code);
  }
  driver.up();
  await app.close();
  return code;
}

describe('the default layers of a storage of the module', () => {
  it.each(['redis', 'postgres', 'mysql', 'mariadb'] as const)('are a circuit breaker for %s', (backend) => {
    expect(namesOf(backend)).toEqual(['circuitBreaker']);
  });

  it.each(['memory', 'sqlite', 'custom'] as const)('are none for %s', (backend) => {
    expect(namesOf(backend)).toEqual([]);
  });

  it.each([
    ['postgres', ['circuitBreaker']],
    ['mysql', ['circuitBreaker']],
    ['mariadb', ['circuitBreaker']],
    ['better-sqlite3', []],
    ['sqlite', []],
    ['mongodb', []],
  ])('over a DataSource of type %s are %j', (type, names) => {
    expect(namesOf('typeorm', { dataSource: { options: { type } } })).toEqual(names);
  });

  it.each([undefined, null, 5, 'postgres', {}, { options: null }])(
    'are none for %j, which is rejected later',
    (wrong) => {
      expect(namesOf('typeorm', { dataSource: wrong })).toEqual([]);
    },
  );

  it('log when the circuit opens and closes, but not the probes between', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => {});
    const backend = 'redis';
    logCircuit({ backend, from: 'closed', to: 'open' });
    logCircuit({ backend, from: 'open', to: 'half-open' });
    logCircuit({ backend, from: 'half-open', to: 'open' });
    logCircuit({ backend, from: 'half-open', to: 'closed' });
    expect(warn.mock.calls).toEqual([['the redis backend has failed; the circuit is open and calls are rejected.']]);
    expect(log.mock.calls).toEqual([['the redis backend responds again; the circuit is closed.']]);
    jest.restoreAllMocks();
  });

  it('give way to those the app names', async () => {
    expect(await codeAfterFiveFailures()).toBe('UNAVAILABLE');
    expect(await codeAfterFiveFailures([circuitBreaker()])).toBe('CIRCUIT_OPEN');
  });
});
