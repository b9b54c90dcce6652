import { describe, expect, it } from '@jest/globals';
import { resolveRedisOptions } from '../../../../src/backends/redis/redis.options.js';
import { problemsThrownBy } from '../../../support/fixtures.js';

const client = { on() {}, off() {}, connect() {}, evalsha() {}, scanBuffer() {} };

function problemsOf(options: unknown): readonly string[] {
  return problemsThrownBy(() => resolveRedisOptions(options as Parameters<typeof resolveRedisOptions>[0]));
}

describe('the options of RedisStorage', () => {
  it('fill in the defaults', () => {
    expect(resolveRedisOptions({ url: 'redis://localhost' })).toMatchObject({
      driver: { source: { kind: 'url', url: 'redis://localhost' }, commandTimeout: 5000, prefix: undefined },
      storage: { namespace: 'fsm' },
    });
  });

  it.each([
    ['redis://localhost'],
    ['redis://user:p%40ss@localhost:6380/2'],
    ['rediss://example.com?family=6'],
    ['redis://[::1]:6379'],
    ['redis://localhost/'],
    ['redis://localhost?db=3'],
  ])('accept the URL %s', (url) => {
    expect(problemsOf({ url })).toEqual([]);
  });

  it.each([
    ['localhost:6379'],
    ['http://localhost'],
    ['redis://host:port'],
    ['redis://:lone%@host'],
    ['redis://:%FF@host'],
    [''],
    [6379],
  ])('ER-2 reject the URL %p', (url) => {
    expect(problemsOf({ url })).toEqual([expect.stringMatching(/^url: /)]);
  });

  it.each([['/-1'], ['/0x1'], ['/1.5'], ['/notadb'], ['/1/2'], ['?db=x'], ['?db=-1']])(
    'ER-2 reject a URL that ends with %s: ioredis would use database 0',
    (end) => {
      expect(problemsOf({ url: `redis://localhost${end}` })).toEqual([expect.stringMatching(/^url: .*database/)]);
    },
  );

  it.each([[-1], [1.5], [NaN], ['notadb'], [null], [{}]])('ER-2 reject a connection to database %p', (db) => {
    expect(problemsOf({ connection: { db } })).toEqual([expect.stringMatching(/^connection: .*db/)]);
  });

  it.each([[0], [4], ['4'], [undefined]])('accept a connection to database %p', (db) => {
    expect(problemsOf({ connection: { db } })).toEqual([]);
  });

  it('ER-2 reject unknown names inside durability and cluster', () => {
    const cluster = { nodes: [{ host: 'a', port: 1 }], redisOptions: {} };
    expect(problemsOf({ cluster, durability: { replicas: 1, timeot: 5 } })).toEqual([
      'cluster: unknown option redisOptions; known options are nodes, options',
      'durability: unknown option timeot; known options are replicas, timeout',
    ]);
  });

  it('HL-2 never quote a rejected URL', () => {
    expect(problemsOf({ url: 'http://user:hunter2@localhost' }).join()).not.toContain('hunter2');
  });

  it.each([
    ['none', {}],
    ['two', { url: 'redis://localhost', client }],
    ['three', { url: 'redis://localhost', client, connection: {} }],
  ])('ER-2 require exactly one of url, connection, cluster and client, and reject %s', (_, options) => {
    expect(problemsOf(options)).toEqual(['url: expected exactly one of url, connection, cluster and client']);
  });

  it('accept every object with the methods of a client, and nothing else', () => {
    expect(problemsOf({ client })).toEqual([]);
    expect(problemsOf({ client: { ...client, scanBuffer: undefined } })).toEqual([expect.stringMatching(/^client: /)]);
    expect(problemsOf({ client: null })).toEqual([expect.stringMatching(/^client: /)]);
    expect(problemsOf({ connection: client })).toEqual([expect.stringMatching(/^connection: /)]);
  });

  it.each([
    ['4 and 5', { on() {}, off() {}, connect() {}, sendCommand() {}, evalSha() {}, scanIterator() {} }],
    ['3', { on() {}, off() {}, send_command() {}, evalsha() {} }],
  ])('ER-2 reject a client of node-redis %s by name', (_, fakeNodeRedisClient) => {
    expect(problemsOf({ client: fakeNodeRedisClient })).toEqual([
      expect.stringMatching(/^client: .*not a client of another package such as redis \(node-redis\): use `url`/),
    ]);
  });

  it.each([
    ['no nodes', { cluster: { nodes: [] } }, 'cluster'],
    ['a node without a port', { cluster: { nodes: [{ host: 'a' }] } }, 'cluster'],
    ['an invalid port', { cluster: { nodes: [{ host: 'a', port: 65_536 }] } }, 'cluster'],
    ['a durability of 0 replicas', { url: 'redis://a', durability: { replicas: 0 } }, 'durability'],
    [
      'a timeout that is not below commandTimeout',
      { url: 'redis://a', durability: { replicas: 1, timeout: 5000 } },
      'durability',
    ],
  ])('ER-2 reject %s', (_, options, name) => {
    expect(problemsOf(options)).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  });

  it('fill in the default timeout for replicas', () => {
    const { driver } = resolveRedisOptions({
      cluster: { nodes: [{ host: 'a', port: 1 }] },
      durability: { replicas: 2 },
    });
    expect(driver.durability).toEqual({ replicas: 2, timeout: 1000 });
  });

  it.each([['a'], ['mybot:'], ['a*[b]?'], ['😀'.repeat(64)]])('FMT-2 accept the prefix %p', (prefix) => {
    const { driver } = resolveRedisOptions({ url: 'redis://localhost', prefix });
    expect(driver.prefix).toEqual({ text: prefix, namespace: 'fsm' });
  });

  it.each([[''], ['a#b'], ['x'.repeat(65)], ['\ud800'], [7]])('FMT-2 reject the prefix %p', (prefix) => {
    expect(problemsOf({ url: 'redis://localhost', prefix })).toEqual([expect.stringMatching(/^prefix: /)]);
  });

  it('ER-2 report every problem at once', () => {
    const options = { prefix: 'a', namespace: 'b', commandTimeout: 0, healthTimeout: -1, uri: 'redis://localhost' };
    const names = problemsOf(options).map((problem) => problem.split(':')[0]);
    expect(names.sort()).toEqual(['commandTimeout', 'healthTimeout', 'prefix', 'uri', 'url']);
  });
});
