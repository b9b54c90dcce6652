import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { MariadbStorage, MysqlStorage } from '../../src/backends/typeorm/mysql/storage.js';
import type { MysqlStorageOptions } from '../../src/backends/typeorm/mysql/options.js';
import type { FsmStorage } from '../../src/storage/fsm-storage.js';
import { failureOf, useCleanUp } from '../support/fixtures.js';
import { eventually } from '../support/eventually.js';
import { freeze } from '../support/freeze.js';
import {
  type MysqlServer,
  type MysqlServerOptions,
  startMariadbServer,
  startMysqlServer,
} from '../support/mysql-server.js';
import { keepCalling } from '../support/outcome-count.js';

const PASSWORD = 'hunter2-secret';
const { afterTest, stopAfterTest, openStorage } = useCleanUp();

async function readStatus(server: MysqlServer, name: string): Promise<number> {
  const [row] = await server.ask('SHOW GLOBAL STATUS LIKE ?', [name]);
  return Number(row?.['Value']);
}

describe.each([
  ['mariadb', startMariadbServer, (options: MysqlStorageOptions) => new MariadbStorage(options)],
  ['mysql', startMysqlServer, (options: MysqlStorageOptions) => new MysqlStorage(options)],
])('on %s', (_, startServer, createStorage) => {
  async function provideServer(options: MysqlServerOptions = {}): Promise<MysqlServer> {
    return stopAfterTest(await startServer(options));
  }

  function open(options: MysqlStorageOptions): Promise<FsmStorage> {
    return openStorage(createStorage(options));
  }

  describe('a server that goes and comes back', () => {
    it('ER-4 loses nothing acknowledged, reports unknown outcomes, and recovers without help', async () => {
      const server = await provideServer({ durable: true });
      const storage = await open({ url: server.url });
      let isOn = true;
      const calling = keepCalling(
        10,
        () => storage.increment('total'),
        () => isOn,
      );
      await eventually(async () => Number(await storage.getCounter('total')) > 50);
      await server.kill();
      await eventually(async () => !(await storage.health()));
      await server.restart();
      await eventually(() => storage.health());
      const afterRestart = await storage.increment('total');
      await eventually(async () => Number(await storage.getCounter('total')) > afterRestart + 100);
      isOn = false;
      const outcomes = await calling;
      const total = Number(await storage.getCounter('total')) - 1;
      expect(total).toBeGreaterThanOrEqual(outcomes.acknowledged);
      expect(total).toBeLessThanOrEqual(outcomes.acknowledged + outcomes.unknown);
    });

    it('ER-4 a command that is never sent is not applied', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url });
      await server.kill();
      await eventually(async () => !(await storage.health()));
      const failure = await failureOf(() => storage.increment('total'));
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      expect(failure).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
    });

    it('ER-4 a connection killed while it works leaves a write unknown and a read not applied', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url });
      await storage.setState('a', { is: 1 });
      const admin = await createConnection({ uri: server.url });
      afterTest(async () => admin.destroy());
      await admin.query('LOCK TABLES fsm_state WRITE');
      const write = failureOf(() => storage.setState('a', { is: 2 }));
      const read = failureOf(() => storage.getState('a'));
      const waiting = "SELECT ID FROM information_schema.PROCESSLIST WHERE STATE LIKE '%lock%'";
      await eventually(async () => (await server.ask(waiting)).length === 2);
      for (const { ID } of await server.ask(waiting)) await server.ask(`KILL CONNECTION ${Number(ID)}`);
      expect(await write).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
      expect(await read).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      await admin.query('UNLOCK TABLES');
      expect(await storage.getState('a')).toEqual({ is: 1 });
    });
  });

  describe('a server that is silent', () => {
    it('ER-4 times out: writes as unknown, reads as not applied; and it serves again by itself', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url, commandTimeout: 2000 });
      await Promise.all(Array.from({ length: 10 }, (_, index) => storage.getState(`${index}`))); // Each has a connection now.
      await freeze(server.pid);
      const [write, read, health] = await Promise.all([
        failureOf(() => storage.increment('total')),
        failureOf(() => storage.getState('a')),
        storage.health(),
      ]);
      expect(write).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
      expect(read).toMatchObject({ code: 'TIMEOUT', outcome: 'not-applied' });
      expect(health).toBe(false);
      process.kill(server.pid, 'SIGCONT');
      await eventually(() => storage.health());
      await storage.increment('total');
    });

    it('LC-1 stop ends, though nobody says goodbye', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url, commandTimeout: 2000 });
      await freeze(server.pid);
      await storage.stop();
    });

    it('LC-1 a start fails in bounded time', async () => {
      const server = await provideServer();
      await freeze(server.pid);
      const storage = createStorage({ url: server.url, commandTimeout: 1000 });
      stopAfterTest(storage);
      expect(await failureOf(() => storage.start())).toMatchObject({ outcome: 'not-applied' });
    });
  });

  describe('a start that fails', () => {
    it('LC-1 names the address but no password, and works once the server is up', async () => {
      const server = await provideServer({ durable: true });
      await server.ask(`CREATE USER app@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`);
      await server.ask("GRANT ALL ON fsm.* TO app@'127.0.0.1'");
      await server.kill();
      const storage = createStorage({ url: `mysql://app:${PASSWORD}@127.0.0.1:${server.port}/fsm` });
      stopAfterTest(storage);
      const failure = await failureOf(() => storage.start());
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      expect(failure).toHaveProperty('message', expect.stringContaining(`127.0.0.1:${server.port}/fsm`));
      expect(inspect(failure, { depth: 10 })).not.toContain(PASSWORD);
      await server.restart();
      await storage.start();
      expect(await storage.health()).toBe(true);
    });
  });

  describe('what a server refuses', () => {
    it('ER-4 is surely not applied: a server that became read-only', async () => {
      const server = await provideServer();
      await server.ask(`CREATE USER app@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`);
      await server.ask("GRANT ALL ON fsm.* TO app@'127.0.0.1'");
      const storage = await open({ url: `mysql://app:${PASSWORD}@127.0.0.1:${server.port}/fsm` });
      await server.ask('SET GLOBAL read_only = 1');
      const failure = await failureOf(() => storage.setState('a', { secret: PASSWORD }));
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      expect(failure).toHaveProperty('message', expect.stringContaining('connect to the primary'));
      expect(inspect(failure, { depth: 10 })).not.toContain(PASSWORD);
      await server.ask('SET GLOBAL read_only = 0');
      await storage.setState('a', { is: 1 });
    });

    it('ER-4 is surely not applied: more than max_allowed_packet', async () => {
      const server = await provideServer({ args: ['--max-allowed-packet=65536'] });
      const storage = await open({ url: server.url });
      const failure = await failureOf(() => storage.setState('a', { text: 'x'.repeat(500_000) }));
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
      expect(failure).toHaveProperty('message', expect.stringContaining('max_allowed_packet'));
      await eventually(() => storage.health());
      expect(await storage.getState('a')).toBeNull();
    });

    it('ER-4 fails nobody else: the server hangs up on who sent too much, whose connection nobody is given', async () => {
      const server = await provideServer({ args: ['--max-allowed-packet=65536'] });
      const storage = await open({ url: server.url, poolSize: 2, commandTimeout: 30_000 });
      const tooLarge = { text: 'x'.repeat(80_000) };
      const calls = Array.from({ length: 60 }, (_, index) => {
        const isLarge = index % 5 === 0;
        return failureOf(() => storage.setState(`${index}`, isLarge ? tooLarge : { index })).then((failure) => ({
          isLarge,
          failure,
        }));
      });
      for (const { isLarge, failure } of await Promise.all(calls)) {
        if (isLarge) expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
        else expect(failure).toBe('no failure');
      }
      expect(await storage.listKeys()).toHaveLength(48);
    });

    it('ER-4 is surely not applied: more connections than the server takes', async () => {
      const server = await provideServer({ args: ['--max-connections=10'] });
      const storage = await open({ url: server.url });
      for (let index = 0; index < 20; index += 1) {
        const other = await createConnection({ uri: server.url }).catch(() => undefined);
        afterTest(async () => other?.destroy());
      }
      const failures = await Promise.all(
        Array.from({ length: 10 }, (_, index) => failureOf(() => storage.setState(`${index}`, { is: 1 }))),
      );
      const failed = failures.filter((failure) => failure !== 'no failure');
      expect(failed.length).toBeGreaterThan(0);
      for (const failure of failed) expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
    });
  });

  describe('locks of others', () => {
    it('ER-4 a statement that the server sacrificed to end a deadlock is sent again', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url });
      for (const identifier of ['a', 'b', 'c']) await storage.setState(identifier, { is: 1 });
      const other = await createConnection({ uri: server.url });
      afterTest(async () => other.destroy());
      await other.beginTransaction();
      // The server sacrifices the one that has changed less.
      const many = Array.from({ length: 500 }, (__, index) => ['other', `${index}`, 1, null]);
      await other.query('INSERT INTO fsm_counter VALUES ?', [many]);
      await other.query(
        "UPDATE fsm_state SET expires_at = NULL, state_json = '{\"is\":2}' WHERE namespace = 'fsm' AND identifier = 'b'",
      );
      const cleared = storage.clearNamespace();
      // Not INNODB_LOCK_WAITS: it is not made anew while it is read more often than every tenth of a second.
      await eventually(async () => (await readStatus(server, 'Innodb_row_lock_current_waits')) > 0);
      await other.query("UPDATE fsm_state SET state_json = '{\"is\":2}' WHERE namespace = 'fsm' AND identifier = 'a'");
      await other.commit();
      expect(await cleared).toBe(3);
      const [deadlocks] = await server.ask(
        "SELECT `COUNT` FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'",
      );
      expect(Number(deadlocks?.['COUNT'])).toBeGreaterThan(0);
    });

    it('TTL-5 a sweep passes over what others have locked', async () => {
      const server = await provideServer();
      const storage = await open({ url: server.url });
      const other = await createConnection({ uri: server.url });
      afterTest(async () => other.destroy());
      const expired = Array.from({ length: 20 }, (__, index) => ['fsm', `${index}`, '{}', 1]);
      await other.query('INSERT INTO fsm_state VALUES ?', [expired]);
      await other.beginTransaction();
      await other.query("SELECT * FROM fsm_state WHERE namespace = 'fsm' AND identifier = '7' FOR UPDATE");
      await storage.stop();
      const sweeping = await open({ url: server.url, sweepInterval: 10 });
      await eventually(async () => (await server.ask('SELECT 1 FROM fsm_state')).length === 1);
      await other.commit();
      await eventually(async () => (await server.ask('SELECT 1 FROM fsm_state')).length === 0);
      await sweeping.stop();
    });
  });
});
