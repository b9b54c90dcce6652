import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { findServer } from './find-server.js';
import { findFreePort } from './free-port.js';
import { canConnect } from './postgres-client.js';
import { PASSWORD, type PostgresServer } from './postgres-server.js';
import { killWithThisProcess } from './kill-with-parent.js';

const run = promisify(execFile);

/** A PgBouncer in transaction mode before a Postgres: two connections to it for however many callers. */
export interface PgBouncer {
  /** Of the database of the Postgres. */
  readonly url: string;
  stop(): Promise<void>;
}

const PGBOUNCER = {
  program: 'pgbouncer',
  variable: 'FSM_TEST_PGBOUNCER',
  folders: ['/usr/sbin'],
  debian: 'pgbouncer',
  elsewhere: 'macOS: brew install pgbouncer',
};

/** @param settings - more lines of its section `[pgbouncer]` */
export async function startPgBouncer(postgres: PostgresServer, settings: readonly string[]): Promise<PgBouncer> {
  const program = await findServer(PGBOUNCER);
  const folder = await mkdtemp(join(tmpdir(), 'fsm-pgbouncer-'));
  const port = await findFreePort();
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(configuration, configure(postgres.port, port, settings));
  if (process.getuid?.() === 0) await run('chown', ['-R', 'postgres', folder]);
  const { bouncer, watchdog } = await launch(program, configuration, folder);
  const url = postgres.url.replace(`:${postgres.port}`, `:${port}`);
  await eventually(() => canConnect(url), 30_000);
  return {
    url,
    async stop() {
      const exited = once(bouncer, 'exit');
      bouncer.kill('SIGKILL');
      await exited;
      watchdog.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever comes is let in, as a user that the server knows: who may enter is not what is tested. */
function configure(serverPort: number, port: number, settings: readonly string[]): string {
  return [
    '[databases]',
    `* = host=127.0.0.1 port=${serverPort} user=fsm password=${PASSWORD}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 2',
    ...settings,
  ].join('\n');
}

interface Running {
  readonly bouncer: ChildProcess;
  readonly watchdog: ChildProcess;
}

/** PgBouncer refuses to run as root. If a setting makes it change its user, it writes to folders that this user may not use. */
async function launch(program: string, configuration: string, folder: string): Promise<Running> {
  const account = process.getuid?.() === 0 ? await accountOf('postgres') : {};
  const bouncer = spawn(program, ['--quiet', configuration], { stdio: 'ignore', ...account });
  await once(bouncer, 'spawn');
  if (bouncer.pid === undefined) throw new Error('pgbouncer has no process id.');
  bouncer.unref();
  return { bouncer, watchdog: killWithThisProcess(bouncer.pid, folder) };
}

async function accountOf(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const [{ stdout: uid }, { stdout: gid }] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return { uid: Number(uid), gid: Number(gid) };
}
