import { MissingDependencyError } from '../errors/missing-dependency.error.js';

/** An optional package of a backend. */
export interface Peer {
  readonly name: string;
  /** The arguments of `npm install` that resolve today; the ranges are those of `peerDependencies`. */
  readonly install: string;
}

/**
 * Runs a lazy import and tells a package that is not installed from everything else that can go wrong in it.
 * @throws MissingDependencyError when exactly the peer is missing
 */
export async function importWithPeer<T>(backend: string, peer: Peer, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(peer.name, error)) throw error;
    throw new MissingDependencyError(`backend '${backend}'`, [peer.name], peer.install, { cause: error });
  }
}

/**
 * Node says `Cannot find package 'ioredis' imported from …` for import and `Cannot find module 'ioredis'` for require.
 * The name decides: a dependency missing inside an installed peer is another fault, with another cure.
 */
function isMissing(name: string, error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false;
  return /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1] === name;
}
