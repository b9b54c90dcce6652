import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './eventually.js';
import { findFreePort } from './free-port.js';
import { findServer } from './find-server.js';
import { killWithThisProcess } from './kill-with-parent.js';
import { REDIS, type ServerProduct } from './server-products.js';

export interface RedisServerOptions {
  /** Every acknowledged write is on disk before its reply, so that it survives `kill` and `restart`. */
  readonly persistent?: boolean;
  /** Additional arguments of redis-server, e.g. `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
  /** Runs as a sentinel with this configuration, which the sentinel rewrites later. `persistent` then has no effect. */
  readonly sentinel?: string;
  /** Another product or version than most tests run on. */
  readonly product?: ServerProduct;
}

/** A redis-server that belongs to one test, with a free loopback port and a new folder. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The process id; it changes with `restart`. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** Ends the server and removes its folder. A second call does nothing. */
  stop(): Promise<void>;
  /** Sends SIGKILL: nothing is flushed. The folder is kept for `restart`. */
  kill(): Promise<void>;
  /** Starts the server again with the same port and folder. Ends it first if it still runs. */
  restart(): Promise<void>;
}

const READY_WITHIN_MS = 15_000;

/** Starts a redis-server and waits until it replies to PING. It ends with this process, however that ends. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const binary = await findServer(options.product ?? REDIS);
  const folder = await mkdtemp(join(tmpdir(), 'fsm-redis-'));
  for (let attempt = 1; ; attempt += 1) {
    const server = new LocalRedisServer(binary, folder, await findFreePort(), options);
    try {
      await server.launch();
      return server;
    } catch (error) {
      // Another process may have taken the port between the search and the start.
      if (attempt === 3) throw error;
    }
  }
}

/**
 * A server for tests that do not control it. If `FSM_TEST_REDIS_URL` is set, it is that server, which may contain other keys
 * and is never flushed or stopped. Otherwise a new one is started.
 */
export async function provideRedis(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const url = process.env['FSM_TEST_REDIS_URL'];
  return url === undefined || url === '' ? startRedisServer() : { url, stop: async () => {} };
}

class LocalRedisServer implements RedisServer {
  readonly port: number;
  readonly #binary: string;
  readonly #folder: string;
  readonly #options: RedisServerOptions;
  #running: { readonly redis: ChildProcess; readonly pid: number; readonly watchdog: ChildProcess } | undefined;

  constructor(binary: string, folder: string, port: number, options: RedisServerOptions) {
    this.#binary = binary;
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#running === undefined) throw new Error('The redis-server of this test is not running.');
    return this.#running.pid;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async launch(): Promise<void> {
    await this.#configureSentinel();
    const redis = spawn(this.#binary, this.#arguments(), { stdio: 'ignore' });
    await once(redis, 'spawn');
    const pid = redis.pid;
    if (pid === undefined) throw new Error('redis-server has no process id.');
    this.#running = { redis, pid, watchdog: killWithThisProcess(pid, this.#folder) };
    redis.unref();
    try {
      await waitForPing(this.port, redis);
      await this.#listens(pid);
    } catch (error) {
      const log = await readFile(join(this.#folder, 'redis.log'), 'utf8').catch(() => '(no log)');
      await this.#end('SIGKILL');
      throw new Error(`redis-server on port ${this.port} did not become ready:\n${log.slice(-2000)}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.launch();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#running === undefined) return;
    const { redis, watchdog } = this.#running;
    this.#running = undefined;
    if (redis.exitCode === null && redis.signalCode === null) {
      const exited = once(redis, 'exit');
      redis.ref();
      redis.kill(signal);
      // A server that a test has stopped with SIGSTOP does not handle SIGTERM.
      redis.kill('SIGCONT');
      await exited;
    }
    watchdog.kill('SIGKILL');
  }

  /** Waits for the line that this process logs once it listens: a PING may have been answered by another server. */
  async #listens(pid: number): Promise<void> {
    const line = new RegExp(`^${pid}:.*(Ready to accept connections|Sentinel ID is)`, 'm');
    await eventually(async () => line.test(await readFile(join(this.#folder, 'redis.log'), 'utf8')), READY_WITHIN_MS);
  }

  /** Writes the configuration, except at a restart: the sentinel then continues with its rewritten configuration. */
  async #configureSentinel(): Promise<void> {
    const { sentinel } = this.#options;
    if (sentinel === undefined) return;
    await writeFile(this.#sentinelFile, sentinel, { flag: 'wx' }).catch((error: unknown) => {
      if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }

  get #sentinelFile(): string {
    return join(this.#folder, 'sentinel.conf');
  }

  #arguments(): string[] {
    const { persistent = false, args = [], sentinel } = this.#options;
    const durability = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
    const location = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--dir', this.#folder, '--logfile', 'redis.log'];
    if (sentinel !== undefined) return [this.#sentinelFile, '--sentinel', ...location, ...args];
    return [...location, '--daemonize', 'no', '--save', '', ...durability, ...args];
  }
}

async function waitForPing(port: number, redis: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await ping(port))) {
    if (redis.exitCode !== null || redis.signalCode !== null) throw new Error('redis-server ended at once.');
    if (Date.now() > deadline) throw new Error(`No reply to PING within ${READY_WITHIN_MS} ms.`);
    await pause(10);
  }
}

/** A server that requires a password or has renamed PING is also ready; one that is still loading its data is not. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => settle(/^(\+PONG|-NOAUTH|-ERR unknown command)/.test(reply.toString())));
  });
}
