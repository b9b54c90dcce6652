import { execFile } from 'node:child_process';
import { chmod, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOG = { maxBuffer: 64 * 1024 * 1024 };

/** The folder of everything that is unpacked; later runs use it again. */
const UNPACKED = join(tmpdir(), 'fsm-test-servers');

/** The packages that are unpacked for a program. They need not fit this system. */
export interface UnpackedPackages {
  /** The name of the folder. */
  readonly folder: string;
  /** Debian's suite, e.g. `trixie` or `unstable`. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** The programs, e.g. `usr/sbin/mysqld`, including those that another one of them starts. */
  readonly programs: readonly string[];
  /** Programs that have to know where their files are; they accept `--basedir`. */
  readonly relocated?: readonly string[];
}

/** The folders in which the programs are once they are unpacked. */
export function unpackedFolders({ folder, programs }: UnpackedPackages): string[] {
  return programs.map((program) => join(UNPACKED, folder, dirname(program)));
}

/**
 * Unpacks packages of another Debian release, with all libraries that they need down to the C library, into a folder.
 * Nothing of this system is replaced. apt verifies the signatures with the keys of this system.
 */
export async function unpackPackages(unpacked: UnpackedPackages): Promise<void> {
  const target = join(UNPACKED, unpacked.folder);
  const folder = `${target}-${process.pid}`;
  const archives = join(folder, 'archives');
  await mkdir(archives, { recursive: true });
  try {
    for (const file of await downloadPackages(unpacked, archives)) await run('dpkg-deb', ['--extract', file, folder]);
    await rm(archives, { recursive: true });
    for (const program of unpacked.programs) await wrapProgram(program, folder, unpacked);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downloadPackages({ suite, packages }: UnpackedPackages, archives: string): Promise<string[]> {
  const settings = await prepareApt(suite);
  await run('apt-get', [...settings, 'update'], LOG);
  const { stdout } = await run('apt-get', [...settings, '--yes', '--print-uris', 'install', ...packages], LOG);
  const needed = Array.from(stdout.matchAll(/^'\S+' ([^_\s]+)_/gm), ([, name = '']) => name);
  const names = needed.filter((name) => packages.includes(name) || LIBRARY.test(name));
  await run('apt-get', [...settings, 'download', ...names], { ...LOG, cwd: archives });
  return (await readdir(archives)).map((file) => join(archives, file));
}

/** The other packages that a server depends on hold programs and data for the installation. */
const LIBRARY = /^(lib(?!perl|c-)|zlib)/;

/** Settings with which apt considers this suite only, and no package installed. The lists are kept for the next call. */
async function prepareApt(suite: string): Promise<string[]> {
  const folder = join(UNPACKED, `apt-${suite}`);
  for (const each of ['lists/partial', 'archives/partial']) await mkdir(join(folder, each), { recursive: true });
  await writeFile(join(folder, 'sources.list'), `deb http://deb.debian.org/debian ${suite} main\n`);
  await writeFile(join(folder, 'status'), '');
  return [
    `Dir::State=${folder}`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache=${folder}`,
    `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    'APT::Install-Recommends=false',
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
}

/**
 * Replaces a program by a script that starts it with the loader of its C library: this system's may be older. The
 * script names files where they will be, not in `folder`.
 */
async function wrapProgram(program: string, folder: string, unpacked: UnpackedPackages): Promise<void> {
  const target = join(UNPACKED, unpacked.folder);
  const path = join(folder, program);
  const original = `${program}.unpacked`;
  await rename(path, join(folder, original));
  const start = (await isScript(join(folder, original))) ? [] : await loaderCommand(folder, target);
  const options = unpacked.relocated?.includes(program) === true ? [`--basedir=${join(target, 'usr')}`] : [];
  const words = [...start, join(target, original)].map(quote).join(' ');
  await writeFile(path, `#!/bin/sh\nexec ${words} "$@" ${options.map(quote).join(' ')}\n`);
  await chmod(path, 0o755);
}

async function isScript(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString() === '#!';
  } finally {
    await file.close();
  }
}

/** The start of a command that runs a program with the unpacked libraries. */
async function loaderCommand(folder: string, target: string): Promise<string[]> {
  for (const triplet of await readdir(join(folder, 'usr/lib'))) {
    const libraries = join('usr/lib', triplet);
    const files = await readdir(join(folder, libraries)).catch((): string[] => []);
    const loader = files.find((file) => /^ld-linux.*\.so\./.test(file));
    if (loader !== undefined) return [join(target, libraries, loader), '--library-path', join(target, libraries)];
  }
  throw new Error(`The packages unpacked in ${folder} contain no loader of a C library.`);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
