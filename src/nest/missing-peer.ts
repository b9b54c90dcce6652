import { MissingDependencyError } from '../errors/missing-dependency.error.js';
import { isPackageMissing } from '../errors/missing-package.js';

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
    if (!isPackageMissing(peer.name, error)) throw error;
    throw new MissingDependencyError(`backend "${backend}"`, [peer.name], peer.install, { cause: error });
  }
}
