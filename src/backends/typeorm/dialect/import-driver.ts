import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { MissingDependencyError } from '../../../errors/usage-errors.js';
import { importPeer, installArguments } from '../../../toolkit/peer-packages.js';
import { readProperty } from '../../../toolkit/properties.js';
import { importPackage, type PackageName } from './import-package.js';
import type { OwnDataSource } from './typeorm-types.js';

/** Imports a package by name; tests replace it. */
export type ImportModule = (name: PackageName) => Promise<unknown>;

/** The part of TypeORM that makes a DataSource. */
interface TypeOrmPackage {
  readonly DataSource: new (options: object) => OwnDataSource;
}

/** TypeORM and the package of a database driver. */
export interface ImportedDriver<Name extends PackageName> extends TypeOrmPackage {
  readonly name: Name;
  /** The driver's package. It is passed to TypeORM, which would otherwise import the copy that TypeORM resolves. */
  readonly driver: unknown;
}

/**
 * Imports TypeORM, and of the driver packages the first that is installed.
 * @param backend - as the error message names it, e.g. `sqlite`
 * @throws {@link MissingDependencyError} naming the packages that are missing, or the one whose version does not fit, and
 * the install command
 * @throws {@link StorageUnavailableError} if a package is installed but does not load
 */
export async function importDriver<Name extends PackageName>(
  backend: string,
  names: readonly [Name, ...Name[]],
  importModule: ImportModule = importPackage,
): Promise<ImportedDriver<Name>> {
  const purpose = `backend "${backend}"`;
  const install: readonly PackageName[] = ['typeorm', names[0]];
  const importInstalled = async (name: PackageName): Promise<unknown> => {
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
      // A package in a version that does not fit must be reported, not passed over: only a missing one has a cause.
      if (!(error instanceof MissingDependencyError) || error.cause === undefined) throw error;
      missing ??= error;
    }
  }
  throw new MissingDependencyError(purpose, names, installArguments(install), { cause: missing?.cause });
}

const NATIVE_PACKAGES: readonly string[] = ['better-sqlite3', 'sqlite3'];

/** The error for a package that is installed, but throws when it is loaded. */
export function brokenPackage(name: string, cause: unknown): StorageUnavailableError {
  const advice = NATIVE_PACKAGES.includes(name)
    ? `its native part was not built for this Node. Run: npm rebuild ${name} (npm 12 builds it only if package.json ` +
      'lists it under "allowScripts"). If the app is bundled, keep this package outside the bundle.'
    : `${String(readProperty(cause, 'message'))} If the app is bundled, keep this package outside the bundle.`;
  return new StorageUnavailableError(`${name} is installed, but does not load: ${advice}`, {
    outcome: 'not-applied',
    cause,
  });
}

/** The value of `export default` or `module.exports`. */
function defaultExport(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
}

function isTypeOrm(module: unknown): module is TypeOrmPackage {
  return typeof module === 'object' && module !== null && 'DataSource' in module;
}
