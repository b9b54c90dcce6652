import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type UnpackedPackages, unpackedFolders, unpackPackages } from './unpack-packages.js';

const run = promisify(execFile);
const LOCK = join(tmpdir(), 'fsm-test-server-install.lock');
const APT = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };

/** A server program that tests start for themselves. */
export interface ServerProgram {
  /** The name in messages, e.g. `Valkey 9`; the program's if left out. */
  readonly title?: string;
  /** The file, e.g. `redis-server`. */
  readonly program: string;
  /** The environment variable that names it, or the folder it is in. */
  readonly variable: string;
  /** The folders to search besides the PATH. */
  readonly folders: readonly string[] | (() => Promise<readonly string[]>);
  /** Whether a file of this name is the program meant; where left out, each is. */
  readonly accepts?: (path: string) => Promise<boolean>;
  /** The package that apt installs, or the packages that are unpacked into a separate folder. */
  readonly debian: string | UnpackedPackages;
  /** How it is installed elsewhere, e.g. `macOS: brew install redis`. */
  readonly elsewhere: string;
}

/**
 * The path of a server program: the one that its variable names, else the one on the PATH, else Debian's, which is
 * installed or unpacked where this runs as root.
 */
export async function findServer(server: ServerProgram): Promise<string> {
  const named = process.env[server.variable];
  if (named !== undefined && named !== '') return assertNamed(server, named);
  const found = await searchPath(server);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) await installOnce(server);
  const installed = await searchPath(server);
  if (installed !== undefined) return installed;
  throw new Error(`${describeNeed(server)} ${describeInstallation(server)}`);
}

/**
 * A program of the same installation as another one, so of the same version: in its folder, or in the `bin` or `scripts`
 * next to it.
 */
export async function findCompanion(path: string, program: string, variable: string): Promise<string> {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return assertNamed({ program, variable }, named);
  for (const folder of ['.', '../bin', '../scripts']) {
    const companion = join(dirname(path), folder, program);
    if (await isExecutable(companion)) return companion;
  }
  throw new Error(`The tests need the ${program} of ${path}. Name it, or its folder, with ${variable}.`);
}

type Named = Pick<ServerProgram, 'title' | 'program' | 'variable' | 'accepts'>;

function describeNeed({ title, program, variable }: Named): string {
  const subject = title === undefined ? program : `${program} of ${title}`;
  return `The tests need ${subject}. Put it on the PATH, or name it, or its folder, with ${variable}.`;
}

function describeInstallation({ debian, elsewhere }: ServerProgram): string {
  if (typeof debian === 'string') return `Debian, Ubuntu: apt-get install ${debian}; ${elsewhere}.`;
  const { packages, suite } = debian;
  const source = `${packages.join(' and ')} of Debian ${suite}`;
  return `As root on Debian, the tests unpack ${source}, if they are of this version; ${elsewhere}.`;
}

async function assertNamed(server: Named, named: string): Promise<string> {
  const { title, program, variable, accepts = () => Promise.resolve(true) } = server;
  for (const path of [join(named, program), named]) {
    if (!(await isExecutable(path))) continue;
    if (await accepts(path)) return path;
    throw new Error(
      `${variable}: expected ${program} of ${title ?? program}, but ${path} is another product or version.`,
    );
  }
  throw new Error(`${variable}: expected the path of ${program} or its folder, but ${named} cannot be executed.`);
}

async function searchPath(server: ServerProgram): Promise<string | undefined> {
  const { program, folders, debian, accepts = () => Promise.resolve(true) } = server;
  const more = typeof folders === 'function' ? await folders() : folders;
  const unpacked = typeof debian === 'string' ? [] : unpackedFolders(debian);
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...more, ...unpacked]) {
    const path = join(folder, program);
    if (folder !== '' && (await isExecutable(path)) && (await accepts(path))) return path;
  }
  return undefined;
}

/** A folder can be entered, and so is executable too: what is asked for is a file. */
async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Test files run side by side: one of them installs, the others wait for it. */
async function installOnce(server: ServerProgram): Promise<void> {
  while (!(await takeLock())) {
    await pause(500);
    if ((await searchPath(server)) !== undefined) return;
  }
  try {
    if ((await searchPath(server)) === undefined) await install(server);
  } finally {
    await rm(LOCK, { force: true });
  }
}

async function install(server: ServerProgram): Promise<void> {
  const { debian } = server;
  try {
    await (typeof debian === 'string' ? installPackage(debian) : unpackPackages(debian));
  } catch (error) {
    throw new Error(`${describeNeed(server)} Getting it from Debian's packages failed.`, { cause: error });
  }
}

async function installPackage(name: string): Promise<void> {
  await run('apt-get', ['update'], APT);
  await run('apt-get', ['install', '-y', '--no-install-recommends', name], APT);
}

async function takeLock(): Promise<boolean> {
  try {
    const file = await open(LOCK, 'wx');
    await file.writeFile(`${process.pid}`);
    await file.close();
    return true;
  } catch {
    if (!(await isHeld())) await rm(LOCK, { force: true });
    return false;
  }
}

/** A lock whose holder is gone counts for nothing; one that is being written just now does. */
async function isHeld(): Promise<boolean> {
  const holder = Number(await readFile(LOCK, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(holder) || holder <= 0) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch {
    return false;
  }
}
