import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findServer } from './find-server.js';
import { freeze } from './freeze.js';
import { findFreePort } from './free-port.js';
import { canConnect } from './postgres-client.js';
import { killWithThisProcess } from './kill-with-parent.js';
import { POSTGRES, type ServerProduct } from './server-products.js';

const run = promisify(execFile);

export interface PostgresServerOptions {
  /** Settings of postgresql.conf, e.g. `{ max_connections: '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Another version than most tests run on. */
  readonly product?: ServerProduct;
}

/** A Postgres of the test's own, on a free loopback port, with its own folder. */
export interface PostgresServer {
  /** Of the superuser `fsm`, whose password is `PASSWORD`, and its database. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's process id; another one after `restart`. */
  readonly pid: number;
  /** The processes that serve clients just now. */
  backends(): Promise<readonly number[]>;
  /** Ends the server and removes its folder. Twice is once. */
  stop(): Promise<void>;
  /** SIGKILL of the postmaster and all its processes: nothing is flushed. The folder stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and folder; ends it first where it still runs. */
  restart(): Promise<void>;
  /** Sends SIGSTOP: connections stay open and nothing responds. The returned function resumes the server. */
  freeze(): Promise<() => void>;
}

/** The password of the test's user: a secret that must be in no message. */
export const PASSWORD = 'hunter2-secret';

const READY_WITHIN_MS = 30_000;

/** Starts a server and waits until it responds. It ends with this process, however that ends. */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { product = POSTGRES } = options;
  const binary = await findServer(product);
  const folder = await mkdtemp(join(tmpdir(), 'fsm-postgres-'));
  const account = await findAccount(product === POSTGRES ? 'postgres' : 'nobody');
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await initialize(binary, folder, account);
  for (let attempt = 1; ; attempt += 1) {
    const server = new LocalPostgresServer({ binary, folder, account, options }, await findFreePort());
    try {
      await server.launch();
      return server;
    } catch (error) {
      // Another process may have taken the port between the search and the start.
      if (attempt === 3) throw error;
    }
  }
}

/** The user that runs the server, which refuses to run as root. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** @param name - created by Debian's package `postgresql`, or there anyway */
async function findAccount(name: 'postgres' | 'nobody'): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((row) => row.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined) throw new Error(`Postgres refuses to run as root, and there is no user "${name}" here.`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function initialize(binary: string, folder: string, account: Account | undefined): Promise<void> {
  const passwordFile = join(folder, 'password');
  await mkdir(join(folder, 'sockets'));
  await writeFile(passwordFile, PASSWORD);
  if (account !== undefined) {
    await chown(passwordFile, account.uid, account.gid);
    await chown(join(folder, 'sockets'), account.uid, account.gid);
  }
  const identity = ['-U', 'fsm', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  // A locale that does not compare bytes, as most databases have one.
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8'];
  await run(join(dirname(binary), 'initdb'), ['-D', join(folder, 'data'), '--no-sync', ...identity, ...locale], {
    cwd: folder,
    ...account,
  });
}

interface LocalServerSettings {
  readonly binary: string;
  readonly folder: string;
  readonly account: Account | undefined;
  readonly options: PostgresServerOptions;
}

class LocalPostgresServer implements PostgresServer {
  readonly port: number;
  readonly #settings: LocalServerSettings;
  #running: { readonly postmaster: ChildProcess; readonly pid: number; readonly watchdog: ChildProcess } | undefined;

  constructor(settings: LocalServerSettings, port: number) {
    this.#settings = settings;
    this.port = port;
  }

  get url(): string {
    return `postgres://fsm:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error('The server of this test is not running.');
    return this.#running.pid;
  }

  async launch(): Promise<void> {
    const { binary, folder, account } = this.#settings;
    const log = join(folder, 'server.log');
    const command = 'exec "$0" "$@" >> server.log 2>&1';
    const postmaster = spawn('/bin/sh', ['-c', command, binary, ...this.#arguments()], {
      cwd: folder,
      stdio: 'ignore',
      ...account,
    });
    await once(postmaster, 'spawn');
    const pid = postmaster.pid;
    if (pid === undefined) throw new Error('postgres has no process id.');
    this.#running = { postmaster, pid, watchdog: killWithThisProcess(pid, folder) };
    postmaster.unref();
    try {
      await this.#untilReady(postmaster);
    } catch (error) {
      const text = await readFile(log, 'utf8').catch(() => '(no log)');
      await this.#end('SIGKILL');
      throw new Error(`postgres on port ${this.port} did not become ready:\n${text.slice(-2000)}`, { cause: error });
    }
  }

  async backends(): Promise<readonly number[]> {
    const { stdout } = await run('ps', ['-o', 'pid=,args=', '--ppid', `${this.pid}`]);
    const rows = stdout.split('\n').filter((row) => / fsm postgres 127\.0\.0\.1/.test(row));
    return rows.map((row) => Number.parseInt(row, 10));
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    await rm(this.#settings.folder, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGINT');
    await this.launch();
  }

  async freeze(): Promise<() => void> {
    const all = [this.pid, ...(await this.#children())];
    await Promise.all(all.map((pid) => freeze(pid)));
    return () => {
      for (const pid of all) signal(pid, 'SIGCONT');
    };
  }

  async #children(): Promise<number[]> {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', `${this.pid}`]);
    return stdout
      .split('\n')
      .filter((row) => row.trim() !== '')
      .map(Number);
  }

  /** SIGINT is Postgres' fast shutdown: it ends its clients and waits for none. */
  async #end(how: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (this.#running === undefined) return;
    const { postmaster, pid, watchdog } = this.#running;
    const children = await this.#children();
    this.#running = undefined;
    if (postmaster.exitCode === null && postmaster.signalCode === null) {
      const exited = once(postmaster, 'exit');
      postmaster.ref();
      signal(pid, how);
      if (how === 'SIGKILL') for (const child of children) signal(child, how);
      // A process that a test stopped with SIGSTOP does not handle SIGINT.
      for (const each of [pid, ...children]) signal(each, 'SIGCONT');
      await exited;
      // The folder is theirs until they are gone.
      while (children.some((child) => signal(child, 0))) await pause(5);
    }
    watchdog.kill('SIGKILL');
    await rm(join(this.#settings.folder, 'data', 'postmaster.pid'), { force: true });
  }

  #arguments(): string[] {
    const { folder, options } = this.#settings;
    const settings = {
      listen_addresses: '127.0.0.1',
      port: `${this.port}`,
      unix_socket_directories: join(folder, 'sockets'),
      // What is acknowledged survives `kill`: the machine goes on, and with it what was written to files.
      synchronous_commit: 'on',
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '16MB',
      autovacuum: 'off',
      ...options.settings,
    };
    return [
      '-D',
      join(folder, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  async #untilReady(postmaster: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await canConnect(this.url))) {
      if (postmaster.exitCode !== null || postmaster.signalCode !== null) throw new Error('postgres ended at once.');
      if (Date.now() > deadline) throw new Error(`No answer within ${READY_WITHIN_MS} ms.`);
      await pause(20);
    }
  }
}

/** Whether the process existed when the signal was sent. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
