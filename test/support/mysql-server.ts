import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { findServer } from './find-server.js';
import { findFreePort } from './free-port.js';
import { MARIADB, MARIADB_11, MYSQL, type MysqlProduct } from './mysql-products.js';
import { killWithThisProcess } from './kill-with-parent.js';

export interface MysqlServerOptions {
  /** Every acknowledged commit is on disk before its reply, as a server is set up by itself. Without: faster. */
  readonly durable?: boolean;
  /** More arguments of the server, e.g. `['--read-only']`. */
  readonly args?: readonly string[];
}

/** A MySQL or MariaDB of the test's own, on a free loopback port, with its own folder and an empty database. */
export interface MysqlServer {
  /** `mysql://root@127.0.0.1:<port>/fsm`. */
  readonly url: string;
  readonly port: number;
  /** The process id; another one after `restart`. */
  readonly pid: number;
  /** Runs a statement on its own connection, as root. */
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
  '--performance-schema=OFF',
  '--max-connections=200',
];

/**
 * With the binary log a commit is on the disk before others see it. Without, InnoDB shows it first: who reads it then may
 * have read what a crash takes back.
 */
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--log-bin=binary', '--sync-binlog=1', '--server-id=1'];
const FAST = ['--innodb-flush-log-at-trx-commit=0', '--skip-log-bin'];

/** Starts MySQL and waits until it responds. It ends with this process, however that ends. */
export function startMysqlServer(options: MysqlServerOptions = {}): Promise<MysqlServer> {
  return start(MYSQL, options);
}

/** Starts MariaDB and waits until it responds. It ends with this process, however that ends. */
export function startMariadbServer(options: MysqlServerOptions = {}): Promise<MysqlServer> {
  return start(MARIADB, options);
}

/** The same with MariaDB 11.8. */
export function startMariadb11Server(options: MysqlServerOptions = {}): Promise<MysqlServer> {
  return start(MARIADB_11, options);
}

async function start(product: MysqlProduct, options: MysqlServerOptions): Promise<MysqlServer> {
  const program = await findServer(product.server);
  const folder = await mkdtemp(join(tmpdir(), `fsm-${product.server.program}-`));
  await chmod(folder, 0o755);
  await product.createData(program, folder);
  for (let attempt = 1; ; attempt += 1) {
    const server = new LocalServer(product, program, folder, await findFreePort(), options);
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

class LocalServer implements MysqlServer {
  readonly port: number;
  readonly #product: MysqlProduct;
  readonly #program: string;
  readonly #folder: string;
  readonly #options: MysqlServerOptions;
  #running: { readonly server: ChildProcess; readonly pid: number; readonly watchdog: ChildProcess } | undefined;

  constructor(product: MysqlProduct, program: string, folder: string, port: number, options: MysqlServerOptions) {
    this.#product = product;
    this.#program = program;
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}/fsm`;
  }

  get pid(): number {
    if (this.#running === undefined)
      throw new Error(`The ${this.#product.server.program} of this test is not running.`);
    return this.#running.pid;
  }

  ask(sql: string, parameters: readonly (string | number | null)[] = []): Promise<readonly RowDataPacket[]> {
    return askOnce(this.url, sql, parameters);
  }

  askWithoutDatabase(sql: string): Promise<readonly RowDataPacket[]> {
    return askOnce(`mysql://root@127.0.0.1:${this.port}`, sql, []);
  }

  async launch(): Promise<void> {
    const server = spawn(this.#program, this.#arguments(), { stdio: 'ignore' });
    await once(server, 'spawn');
    const pid = server.pid;
    if (pid === undefined) throw new Error(`${this.#product.server.program} has no process id.`);
    this.#running = { server, pid, watchdog: killWithThisProcess(pid, this.#folder) };
    server.unref();
    try {
      await this.#untilReady(server);
    } catch (error) {
      const log = await readFile(join(this.#folder, 'data', 'server.log'), 'utf8').catch(() => '(no log)');
      await this.#end('SIGKILL');
      throw new Error(
        `${this.#product.server.program} on port ${this.port} did not become ready:\n${log.slice(-2000)}`,
        {
          cause: error,
        },
      );
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

  async #untilReady(server: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        await this.askWithoutDatabase('SELECT 1');
        return;
      } catch (error) {
        if (server.exitCode !== null || server.signalCode !== null)
          throw new Error(`${this.#product.server.program} ended at once.`);
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
      `--datadir=${data}`,
      `--tmpdir=${this.#folder}`,
      `--socket=${join(data, 'server.sock')}`,
      `--pid-file=${join(data, 'server.pid')}`,
      `--log-error=${join(data, 'server.log')}`,
      `--port=${this.port}`,
      ...(durable ? DURABLE : FAST),
      ...SETTINGS,
      ...this.#product.settings,
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
