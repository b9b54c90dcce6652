import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { useFolder } from '../support/fixtures.js';
import { killSampleApps, SampleApp } from '../support/sample-app.js';

afterEach(killSampleApps);
const folder = useFolder();

describe('the order bot started wrongly', () => {
  it.each([
    [
      'STORAGE',
      'mongo',
      'STORAGE: expected one of memory, sqlite, redis, postgres, mariadb, mysql, file; got "mongo".',
    ],
    ['PORT', 'http', 'PORT: expected a whole number from 0 to 65535; got "http".'],
    ['PORT', '65536', 'PORT: expected a whole number from 0 to 65535; got "65536".'],
    ['CONVERSATION_TTL', '0', 'CONVERSATION_TTL: expected a whole number from 1 to 31536000; got "0".'],
    ['MESSAGE_LIMIT', '-1', 'MESSAGE_LIMIT: expected a whole number from 1 to 1000000; got "-1".'],
    ['MESSAGE_WINDOW', '1.5', 'MESSAGE_WINDOW: expected a whole number from 1 to 31536000; got "1.5".'],
  ])('says what is wrong with %s=%s, and exits with 1', async (name, value, message) => {
    const { code, output } = await SampleApp.run({ [name]: value });
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain('secret');
    expect(output).not.toMatch(/^ {4}at /m);
  });

  it.each([
    ['redis', 'REDIS_URL', 'redis://127.0.0.1:6379'],
    ['postgres', 'POSTGRES_URL', 'postgres://postgres@127.0.0.1:5432/postgres'],
    ['mariadb', 'MARIADB_URL', 'mariadb://root@127.0.0.1:3306/test'],
    ['mysql', 'MYSQL_URL', 'mysql://root@127.0.0.1:3306/test'],
  ])('says what is wrong with the URL of %s without showing the URL', async (storage, name, example) => {
    const { code, output } = await SampleApp.run({ STORAGE: storage, [name]: 'http://u:secret@h' });
    expect(code).toBe(1);
    expect(output).toContain(`${name}: expected a URL like ${example}; got something else`);
    expect(output).not.toContain('secret');
  });

  it('reports all wrong variables at once, and takes empty ones as left out', async () => {
    const { output } = await SampleApp.run({ STORAGE: 'SQLite', CONVERSATION_TTL: 'long', MESSAGE_LIMIT: '' });
    expect(output).toContain('STORAGE: expected');
    expect(output).toContain('CONVERSATION_TTL: expected');
    expect(output).not.toContain('MESSAGE_LIMIT');
  });

  it('says that the port is in use', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, output } = await SampleApp.run({ STORAGE: 'memory', PORT: String(port) });
    server.close();
    expect(code).toBe(1);
    expect(output).toContain(`PORT: ${port} is in use.`);
  });

  it('says that Redis cannot be reached, after waiting for it', async () => {
    const { code, output } = await SampleApp.run({ STORAGE: 'redis', REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect(code).toBe(1);
    expect(output).toMatch(/could not start:\n.*Redis at 127\.0\.0\.1:1 cannot be reached/);
    expect(output).not.toContain('secret');
  });

  it.each(['sqlite', 'file'])('says that the data folder of %s cannot be created', async (storage) => {
    const path = join(folder(), 'a-file');
    await writeFile(path, '');
    const { code, output } = await SampleApp.run({ STORAGE: storage, DATA_DIR: join(path, 'data') });
    expect(code).toBe(1);
    expect(output).toMatch(/could not start:\nDATA_DIR: expected a folder .*a-file\/data": ENOTDIR\./);
  });

  it('refuses a folder of JSON files that another process uses, and takes it over from a dead one', async () => {
    const environment = { STORAGE: 'file', DATA_DIR: folder() };
    const first = await SampleApp.start(environment);
    const { code, output } = await SampleApp.run(environment);
    expect(code).toBe(1);
    expect(output).toMatch(/could not start:\n.*belongs to process \d+/);
    await first.kill();
    await SampleApp.start(environment);
  });
});

describe('the order bot with settings of servers it does not use', () => {
  it('does not look at them', async () => {
    const app = await SampleApp.start({
      STORAGE: 'memory',
      REDIS_URL: 'nonsense',
      POSTGRES_URL: '?',
      MARIADB_URL: '?',
      MYSQL_URL: '?',
    });
    expect((await app.get('/health')).status).toBe(200);
  });
});
