import { beforeAll, describe, expect, it } from '@jest/globals';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import { PostgresStorage } from '../../src/backends/typeorm/postgres/storage.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { useCertificate, useServer } from '../support/fixtures.js';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { askPostgres } from '../support/postgres-client.js';
import { PASSWORD, startPostgresServer } from '../support/postgres-server.js';

const UNTRUSTED = { code: 'UNAVAILABLE', outcome: 'not-applied', message: expect.stringContaining('ssl.ca') };

/** Uses a storage, and runs a query while it is started. */
async function using<Answer>(storage: FsmStorage, ask: () => Promise<Answer>): Promise<Answer> {
  await storage.start();
  try {
    await storage.setState('x', { name: 'kept' });
    expect(await storage.getState('x')).toEqual({ name: 'kept' });
    return await ask();
  } finally {
    await storage.stop();
  }
}

describe('Postgres over TLS', () => {
  const certificate = useCertificate('localhost', 'postgres');
  const server = useServer(() => {
    const { path, keyPath } = certificate();
    return startPostgresServer({ settings: { ssl: 'on', ssl_cert_file: path, ssl_key_file: keyPath } });
  });

  const open = (host: string, ssl: object | true): PostgresStorage =>
    new PostgresStorage({
      connection: { host, port: server().port, username: 'fsm', password: PASSWORD, database: 'postgres', ssl },
    });
  /** Whether the storage's connections are encrypted, as the server sees them. */
  const encrypted = async (): Promise<unknown> => {
    const query = `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
      WHERE application_name = 'nestjs-fsm-storage'`;
    return askPostgres(server().url, query);
  };

  it('works with the certificate of its authority, by connection and by url', async () => {
    expect(await using(open('localhost', { ca: certificate().text }), encrypted)).toEqual([{ ssl: true }]);
    const host = server().url.replace('127.0.0.1', 'localhost');
    const url = `${host}?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate().path)}`;
    expect(await using(new PostgresStorage({ url }), encrypted)).toEqual([{ ssl: true }]);
  });

  it('ER-4 applies nothing if it does not trust the server, and says what to do', async () => {
    await expect(open('localhost', true).start()).rejects.toMatchObject(UNTRUSTED);
    // Trusted, but made for another name.
    await expect(open('127.0.0.1', { ca: certificate().text }).start()).rejects.toMatchObject(UNTRUSTED);
  });
});

describe.each([
  ['MariaDB', startMariadbServer, MariadbStorage],
  ['MySQL', startMysqlServer, MysqlStorage],
])('%s over TLS', (_, startServer, Storage) => {
  const certificate = useCertificate('db.example', 'mysql');
  const server = useServer(() => {
    const { path, keyPath } = certificate();
    return startServer({ args: [`--ssl-cert=${path}`, `--ssl-key=${keyPath}`] });
  });
  // Set after the start, because the check that the server is ready connects without TLS.
  beforeAll(() => server().ask('SET GLOBAL require_secure_transport = ON'));

  const open = (ssl: object | undefined): FsmStorage =>
    new Storage({
      connection: { host: 'localhost', port: server().port, username: 'root', database: 'fsm', ssl },
    });

  it('works with the certificate of its authority', async () => {
    await using(open({ ca: certificate().text }), async () => undefined);
  });

  it('ER-4 applies nothing if it does not trust the server, and says what to do', async () => {
    await expect(open({}).start()).rejects.toMatchObject(UNTRUSTED);
    // Trusted, but made for another name, which mysql2 checks only if configured to.
    const identified = { ca: certificate().text, verifyIdentity: true };
    await expect(open(identified).start()).rejects.toMatchObject(UNTRUSTED);
  });

  it('ER-4 applies nothing if the server accepts only encrypted connections, and says so', async () => {
    await expect(open(undefined).start()).rejects.toMatchObject({
      outcome: 'not-applied',
      message: expect.stringContaining('requires TLS'),
    });
  });
});
