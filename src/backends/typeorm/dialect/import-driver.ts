import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { MissingDependencyError } from '../../../errors/usage-errors.js';
import { importPeer, installArguments, type PeerName } from '../../../toolkit/peer-packages.js';
import type { OwnDataSource } from './typeorm-types.js';

/** Imports a package by name; tests replace it. */
export type ImportModule = (name: string) => Promise<unknown>;

/** The part of TypeORM that makes a DataSource. */
interface TypeOrmPackage {
  readonly DataSource: new (options: object) => OwnDataSource;
}

/** TypeORM and the package of a database driver. */
export interface ImportedDriver<Name extends PeerName> extends TypeOrmPackage {
  readonly name: Name;
  /** The driver's package. It is passed to TypeORM, which would otherwise import the copy that TypeORM resolves. */
  readonly driver: unknown;
}

/**
 * Imports TypeORM, and of the driver packages the first that is installed.
 * @param backend - as the error message names it, e.g. `sqlite`
 * @throws {@link MissingDependencyError} naming the packages that are missing and the install command
 * @throws {@link StorageUnavailableError} if a package is installed but does not load
 */
export async function importDriver<Name extends PeerName>(
  backend: string,
  names: readonly [Name, ...Name[]],
  importModule: ImportModule = (name) => import(name),
): Promise<ImportedDriver<Name>> {
  const purpose = `backend "${backend}"`;
  const install: readonly PeerName[] = ['typeorm', names[0]];
  const importInstalled = async (name: PeerName): Promise<unknown> => {
    try {
      return await importPeer(purpose, name, () => importModule(name), install);
    } catch (error) {
      throw error instanceof MissingDependencyError ? error : brokenPackage(name, error);
    }
  };
  const typeorm = await importInstalled('typeorm');
  if (!isTypeOrm(typeorm)) throw new MissingDependencyError(purpose, ['typeorm'], installArguments(install));
  let missing: MissingDependencyError | undefined;
  for (const name of names) {
    try {
      return { DataSource: typeorm.DataSource, name, driver: defaultExport(await importInstalled(name)) };
    } catch (error) {
      if (!(error instanceof MissingDependencyError)) throw error;
      missing ??= error;
    }
  }
  throw new MissingDependencyError(purpose, names, installArguments(install), { cause: missing?.cause });
}

export function brokenPackage(name: string, cause: unknown): StorageUnavailableError {
  return new StorageUnavailableError(
    `${name} is installed, but does not load: its native part was not built for this Node. Run: npm rebuild ${name} ` +
      '(npm 12 builds it only if package.json lists it under "allowScripts").',
    { outcome: 'not-applied', cause },
  );
}

/** The value of `export default` or `module.exports`. */
function defaultExport(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
}

function isTypeOrm(module: unknown): module is TypeOrmPackage {
  return typeof module === 'object' && module !== null && 'DataSource' in module;
}
