import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { findMariadb, type MariadbPrograms } from './find-mariadb.js';
import { findFreePort } from './free-port.js';
import { watchOver } from './watchdog.js';

const run = promisify(execFile);

export interface MariadbServerOptions {
  /** Every acknowledged commit is on disk before its reply, as a server is set up by itself. Without: faster. */
  readonly durable?: boolean;
  /** More arguments of mariadbd, e.g. `['--read-only']`. */
  readonly args?: readonly string[];
}

/** A MariaDB of the test's own, on a free loopback port, with its own folder and an empty database. */
export interface MariadbServer {
  /** `mysql://root@127.0.0.1:<port>/fsm`. */
  readonly url: string;
  readonly port: number;
  /** The process id; another one after `restart`. */
  readonly pid: number;
  /** Asks it over a connection of its own, as root. */
  ask(sql: string, parameters?: readonly (string | number | null)[]): Promise<readonly RowDataPacket[]>;
  /** Ends the server and removes its folder. Twice is once. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is flushed. The folder stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and folder; kills it first where it still runs. */
  restart(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

/** Small and quick: nothing of the machine's own configuration is read. */
const SETTINGS = [
  '--bind-address=127.0.0.1',
  '--innodb-buffer-pool-size=16M',
  '--innodb-log-file-size=8M',
  '--performance-schema=OFF',
  '--max-connections=200',
];

/**
 * With the binary log a commit is on the disk before others see it. Without, InnoDB shows it first: who reads it then may
 * have read what a crash takes back.
 */
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--log-bin=binary', '--sync-binlog=1', '--server-id=1'];
const FAST = ['--innodb-flush-log-at-trx-commit=0', '--skip-log-bin'];

/** Starts a server and waits until it answers. It ends with this process, however that ends. */
export async function startMariadbServer(options: MariadbServerOptions = {}): Promise<MariadbServer> {
  const programs = await findMariadb();
  const folder = await mkdtemp(join(tmpdir(), 'fsm-mariadb-'));
  await createData(programs, folder);
  for (let attempt = 1; ; attempt += 1) {
    const server = new LocalMariadbServer(programs, folder, await findFreePort(), options);
    try {
      await server.launch();
      await server.askWithoutDatabase('CREATE DATABASE IF NOT EXISTS fsm CHARACTER SET utf8mb4');
      return server;
    } catch (error) {
      // Another process may have taken the port between the search and the start.
      if (attempt === 3) throw error;
    }
  }
}

/** mariadbd refuses to run as root, and then runs as Debian's user for it. */
function serverUser(): string {
  return process.getuid?.() === 0 ? 'mysql' : userInfo().username;
}

/** The folder for temporary files is its own too: a server that starts removes those of others. */
async function createData({ installDatabase }: MariadbPrograms, folder: string): Promise<void> {
  if (process.getuid?.() === 0) {
    const { stdout: user } = await run('id', ['-u', 'mysql']);
    const { stdout: group } = await run('id', ['-g', 'mysql']);
    await chown(folder, Number(user), Number(group));
  }
  await chmod(folder, 0o755);
  await run(installDatabase, [
    '--no-defaults',
    `--user=${serverUser()}`,
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-log-bin',
    '--innodb-log-file-size=8M',
    '--innodb-buffer-pool-size=16M',
  ]);
}

class LocalMariadbServer implements MariadbServer {
  readonly port: number;
  readonly #programs: MariadbPrograms;
  readonly #folder: string;
  readonly #options: MariadbServerOptions;
  #running: { readonly server: ChildProcess; readonly pid: number; readonly watchdog: ChildProcess } | undefined;

  constructor(programs: MariadbPrograms, folder: string, port: number, options: MariadbServerOptions) {
    this.#programs = programs;
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}/fsm`;
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error('The MariaDB of this test is not running.');
    return this.#running.pid;
  }

  ask(sql: string, parameters: readonly (string | number | null)[] = []): Promise<readonly RowDataPacket[]> {
    return askOnce(this.url, sql, parameters);
  }

  askWithoutDatabase(sql: string): Promise<readonly RowDataPacket[]> {
    return askOnce(`mysql://root@127.0.0.1:${this.port}`, sql, []);
  }

  async launch(): Promise<void> {
    const server = spawn(this.#programs.server, this.#arguments(), { stdio: 'ignore' });
    await once(server, 'spawn');
    const pid = server.pid;
    if (pid === undefined) throw new Error('mariadbd has no process id.');
    this.#running = { server, pid, watchdog: watchOver(pid, this.#folder) };
    server.unref();
    try {
      await this.#answers(server);
    } catch (error) {
      const log = await readFile(join(this.#folder, 'data', 'server.log'), 'utf8').catch(() => '(no log)');
      await this.#end('SIGKILL');
      throw new Error(`mariadbd on port ${this.port} did not become ready:\n${log.slice(-2000)}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    // Its folder goes with it: it need not close it in good order.
    await this.#end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGKILL');
    await this.launch();
  }

  async #answers(server: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        await this.askWithoutDatabase('SELECT 1');
        return;
      } catch (error) {
        if (server.exitCode !== null || server.signalCode !== null) throw new Error('mariadbd ended at once.');
        if (Date.now() > deadline) throw error;
        await pause(20);
      }
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#running === undefined) return;
    const { server, watchdog } = this.#running;
    this.#running = undefined;
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      server.ref();
      server.kill(signal);
      await exited;
    }
    watchdog.kill('SIGKILL');
  }

  #arguments(): string[] {
    const { durable = false, args = [] } = this.#options;
    const data = join(this.#folder, 'data');
    return [
      '--no-defaults',
      `--user=${serverUser()}`,
      `--datadir=${data}`,
      `--tmpdir=${this.#folder}`,
      `--socket=${join(data, 'server.sock')}`,
      `--pid-file=${join(data, 'server.pid')}`,
      `--log-error=${join(data, 'server.log')}`,
      `--port=${this.port}`,
      ...(durable ? DURABLE : FAST),
      ...SETTINGS,
      ...args,
    ];
  }
}

async function askOnce(
  uri: string,
  sql: string,
  parameters: readonly (string | number | null)[],
): Promise<readonly RowDataPacket[]> {
  const connection = await createConnection({ uri, supportBigNumbers: true });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...parameters]);
    return rows;
  } finally {
    connection.destroy();
  }
}
