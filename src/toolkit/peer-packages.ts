import { MissingDependencyError } from '../errors/usage-errors.js';
import { installedVersion, isInRange } from './peer-version.js';

/**
 * The version range of every peer dependency. `package.json`, the install lines in error messages and the README repeat
 * these ranges; a test compares them. As wide as those of TypeORM and Nest, so that npm installs this package next to what
 * an app has. If a range has alternatives, the install lines name the first one: it is compatible with all other peers.
 */
export const PEER_RANGES = {
  '@nestjs/common': '^11.0.0 || ^12.0.0',
  '@nestjs/core': '^11.0.0 || ^12.0.0',
  '@nestjs/terminus': '^11.0.0 || ^12.0.0',
  '@nestjs/throttler': '^6.4.0',
  '@opentelemetry/api': '^1.9.0',
  'better-sqlite3': '^12.0.0 || ^11.0.0 || ^10.0.0 || ^9.0.0 || ^8.7.0',
  'fast-check': '^4.0.0',
  ioredis: '^5.0.4 || ^6.0.0',
  mysql2: '^3.0.1',
  pg: '^8.5.1',
  'reflect-metadata': '^0.2.0 || ^0.1.12',
  rxjs: '^7.1.0',
  sqlite3: '^6.0.0 || ^5.1.7',
  typeorm: '^0.3.28 || ^1.0.0',
} as const satisfies Readonly<Record<string, string>>;

/** The name of a peer dependency. */
export type PeerName = keyof typeof PEER_RANGES;

/**
 * How an import ended. Every import of a peer is written as `import('name')` inside `try`: bundlers can only follow a
 * literal name, and only inside `try` do they accept that a package is not installed.
 */
export type Imported<T> = { readonly module: T } | { readonly error: unknown };

/** The imported module. Rejects with the error of the import. */
export async function moduleOf<T>(ending: Promise<Imported<T>>): Promise<T> {
  const imported = await ending;
  if ('error' in imported) throw imported.error;
  return imported.module;
}

const NOT_FOUND_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];
const NOT_FOUND = /^Cannot find (?:package|module) '([^']+)'/;

/**
 * Imports a peer dependency and checks its version.
 * @param purpose - what needs the package, e.g. `backend "redis"`: the start of the error message
 * @param load - the import
 * @param install - the packages to name in the install command; by default the missing one
 * @throws MissingDependencyError when exactly this package is not installed, or in a version outside its range; any
 * other failure passes unchanged
 */
export async function importPeer<T>(
  purpose: string,
  name: PeerName,
  load: () => Promise<T>,
  install: readonly PeerName[] = [name],
): Promise<T> {
  try {
    const module = await load();
    assertVersion(purpose, name, installedVersion(name, module));
    return module;
  } catch (error) {
    if (!isPackageMissing(name, error)) throw error;
    throw new MissingDependencyError(purpose, [name], installArguments(install), { cause: error });
  }
}

/** @param version - undefined: unknown, and then accepted */
function assertVersion(purpose: string, name: PeerName, version: string | undefined): void {
  const range = PEER_RANGES[name];
  if (version === undefined || isInRange(version, range)) return;
  throw new MissingDependencyError(purpose, [name], installArguments([name]), { installed: { version, range } });
}

/** The arguments of `npm install` for these packages, e.g. `typeorm@^0.3.28 pg@^8.5.1`. */
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
