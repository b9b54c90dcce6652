import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts each version of Postgres. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/** @returns {string} the program that `POSTGRES_SERVER` names, or the one on the path, or Debian's newest */
export function findPostgres() {
  return findProgram('postgres', 'POSTGRES_SERVER', postgresFolders());
}

/** @returns {string} the program that `MARIADB_SERVER` names, or the one on the path, or Debian's */
export function findMariadb() {
  return findProgram('mariadbd', 'MARIADB_SERVER', ['/usr/sbin', '/usr/local/sbin']);
}

/**
 * @param {string} program
 * @param {string} variable
 * @param {readonly string[]} folders other folders to search besides the path
 * @returns {string}
 */
export function findProgram(program, variable, folders) {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return named;
  const searched = [...(process.env['PATH'] ?? '').split(delimiter), ...folders].filter((folder) => folder !== '');
  const found = searched.map((folder) => join(folder, program)).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`the benchmark needs ${program}: install it, or name it by ${variable}, or leave it out with --only`);
}

/**
 * The user for a server that refuses to run as root.
 * @param {string} name of the user that its package creates
 * @returns {{ uid: number, gid: number } | undefined} undefined: as whoever runs this
 */
export function accountOf(name) {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined) throw new Error(`the server refuses to run as root, and the user "${name}" does not exist`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** @returns {string[]} the newest version's first */
function postgresFolders() {
  try {
    const versions = readdirSync(POSTGRES_VERSIONS).sort((one, other) => Number(other) - Number(one));
    return versions.map((version) => join(POSTGRES_VERSIONS, version, 'bin'));
  } catch {
    return []; // Not Debian: only the path is left.
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
