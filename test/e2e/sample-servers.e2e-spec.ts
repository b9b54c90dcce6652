import { afterEach, describe, expect, it } from '@jest/globals';
import { startMariadbServer, startMysqlServer } from '../support/mysql-server.js';
import { startPostgresServer } from '../support/postgres-server.js';
import { killSampleApps, SampleApp } from '../support/sample-app.js';

afterEach(killSampleApps);

describe.each([
  ['postgres', 'POSTGRES_URL', startPostgresServer],
  ['mariadb', 'MARIADB_URL', startMariadbServer],
  ['mysql', 'MYSQL_URL', startMysqlServer],
] as const)('the order bot on %s', (storage, variable, startServer) => {
  it('goes on where it was after it was started anew', async () => {
    const server = await startServer();
    try {
      const environment = { STORAGE: storage, [variable]: server.url };
      const app = await SampleApp.start(environment);
      expect((await app.say('42', 'hello')).body).toMatchObject({ state: { name: 'Order:choosing' } });
      expect((await app.say('42', '1')).body).toMatchObject({ state: { name: 'Order:quantity' } });
      expect((await app.terminate()).code).toBe(0);
      const again = await SampleApp.start(environment);
      expect((await again.get('/chats/42')).body).toMatchObject({ name: 'Order:quantity' });
      expect((await again.get('/health')).body).toMatchObject({ info: { 'fsm-storage': { backend: storage } } });
    } finally {
      await killSampleApps();
      await server.stop();
    }
  });
});
