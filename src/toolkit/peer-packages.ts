import { MissingDependencyError } from '../errors/usage-errors.js';

/**
 * The version range of every peer dependency. `package.json`, the install lines in error messages and the README repeat
 * these ranges; a test compares them. If a range has alternatives, the first one is compatible with all other peers.
 */
export const PEER_RANGES = {
  '@nestjs/common': '^11.0.0 || ^12.0.0',
  '@nestjs/core': '^11.0.0 || ^12.0.0',
  '@nestjs/terminus': '^11.0.0 || ^12.0.0',
  '@nestjs/throttler': '^6.4.0',
  '@opentelemetry/api': '^1.9.0',
  'better-sqlite3': '^12.0.0',
  'fast-check': '^4.0.0',
  ioredis: '^5.4.0 || ^6.0.0',
  mysql2: '^3.15.3',
  pg: '^8.11.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.2.0',
  sqlite3: '^6.0.0',
  typeorm: '^0.3.28 || ^1.0.0',
} as const satisfies Readonly<Record<string, string>>;

/** The name of a peer dependency. */
export type PeerName = keyof typeof PEER_RANGES;

const NOT_FOUND_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];
const NOT_FOUND = /^Cannot find (?:package|module) '([^']+)'/;

/**
 * Imports a peer dependency.
 * @param purpose - what needs the package, e.g. `backend "redis"`: the start of the error message
 * @param load - the import, e.g. `() => import('ioredis')`
 * @param install - the packages to name in the install command; by default the missing one
 * @throws MissingDependencyError when exactly this package is not installed; any other failure passes unchanged
 */
export async function importPeer<T>(
  purpose: string,
  name: PeerName,
  load: () => Promise<T>,
  install: readonly PeerName[] = [name],
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isPackageMissing(name, error)) throw error;
    throw new MissingDependencyError(purpose, [name], installArguments(install), { cause: error });
  }
}

/** The arguments of `npm install` for these packages, e.g. `typeorm@^0.3.28 pg@^8.11.0`. */
export function installArguments(names: readonly PeerName[]): string {
  return names.map((name) => `${name}@${PEER_RANGES[name].split(' || ')[0]}`).join(' ');
}

/**
 * Whether an import failed because exactly this package is not installed. Node says `Cannot find package 'ioredis'
 * imported from …` for import and `Cannot find module 'ioredis'` for require. Only the name counts: a dependency that is
 * missing inside an installed package is a different fault with a different remedy.
 */
export function isPackageMissing(name: string, error: unknown): boolean {
  // Checked by shape: in a test runner's sandbox, Node's own errors come from another realm.
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return false;
  return NOT_FOUND_CODES.includes(error.code) && NOT_FOUND.exec(String(error.message))?.[1] === name;
}
