import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createGuardedClient } from '../../../../../src/backends/typeorm/postgres/guarded-client.js';
import { nextTick } from '../../../../../src/toolkit/event-loop.js';

const pg: unknown = createRequire(import.meta.url)('pg');

const prepareNothing = async (): Promise<void> => {};

/** A package whose clients connect at once. @param ended - called when one ends */
function createPackage(ended: () => void): unknown {
  return {
    Client: class extends EventEmitter {
      async connect(): Promise<void> {}

      async end(): Promise<void> {
        ended();
      }
    },
  };
}

describe('the client of pg', () => {
  it('ER-5 survives an error while neither the pool nor a caller listens', () => {
    const { Client } = createGuardedClient(pg, prepareNothing);
    if (Client === undefined) throw new Error('pg has a Client.');
    const client: unknown = new Client();
    if (!(client instanceof EventEmitter)) throw new Error('pg has clients that emit.');
    expect(() =>
      client.emit('error', new Error('terminating connection due to unexpected postmaster exit')),
    ).not.toThrow();
    const received: unknown[] = [];
    client.on('error', (error) => received.push(error));
    client.emit('error', 'error');
    expect(received).toEqual(['error']);
  });

  it('receives the password that the pool hides, next to a socket that is created for it', () => {
    const { Client } = createGuardedClient(pg, prepareNothing);
    const socket = new Socket();
    const options = Object.defineProperty({ stream: () => socket }, 'password', { value: 'secret', enumerable: false });
    expect(Client && new Client(options)).toHaveProperty('password', 'secret');
  });

  it('is left alone where the package has none', () => {
    expect(createGuardedClient({}, prepareNothing)).toEqual({});
  });

  it.each([
    ['given to the pool', undefined],
    ['closed', new Error('Query read timeout')],
  ])('is prepared first, and then %s', async (_, error) => {
    let ended = 0;
    let greet: (() => void) | undefined;
    const greeting = new Promise<void>((resolve, reject) => {
      greet = () => (error === undefined ? resolve() : reject(error));
    });
    const { Client } = createGuardedClient(
      createPackage(() => (ended += 1)),
      () => greeting,
    );
    const results: unknown[] = [];
    const client = Client === undefined ? undefined : new Client();
    client?.connect((result) => results.push(result));
    await nextTick();
    expect(results).toEqual([]);
    greet?.();
    await nextTick();
    expect(results).toEqual([error]);
    expect(ended).toBe(error === undefined ? 0 : 1);
  });
});
