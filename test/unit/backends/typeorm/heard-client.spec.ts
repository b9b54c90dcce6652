import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { heardClient } from '../../../../src/backends/typeorm/heard-client.js';

const pg: unknown = createRequire(import.meta.url)('pg');

describe('the client of pg', () => {
  it('ER-5 survives an error while neither the pool nor a caller listens', () => {
    const { Client } = heardClient(pg);
    if (Client === undefined) throw new Error('pg has a Client.');
    const client: unknown = new Client();
    if (!(client instanceof EventEmitter)) throw new Error('pg has clients that emit.');
    expect(() =>
      client.emit('error', new Error('terminating connection due to unexpected postmaster exit')),
    ).not.toThrow();
    const heard: unknown[] = [];
    client.on('error', (error) => heard.push(error));
    client.emit('error', 'told');
    expect(heard).toEqual(['told']);
  });

  it('is left alone where the package has none', () => {
    expect(heardClient({})).toEqual({});
  });
});
