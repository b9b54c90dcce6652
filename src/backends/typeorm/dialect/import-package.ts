import { MissingDependencyError } from '../../../errors/usage-errors.js';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { isPackageMissing } from '../../../toolkit/peer-packages.js';
import type { OwnDataSource } from './typeorm-types.js';

/** Imports a package by name; replaced in tests. */
export type ImportModule = (name: string) => Promise<unknown>;

/** The part of TypeORM that is used to make a DataSource of our own. */
export interface TypeOrmPackage {
  readonly DataSource: new (options: object) => OwnDataSource;
}

/** What an import came to. */
export class NotInstalled {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** The usual way. */
export function importByName(name: string): Promise<unknown> {
  return import(name);
}

/** @throws StorageUnavailableError when a package is there and does not load */
export async function importInstalled(name: string, importModule: ImportModule): Promise<unknown> {
  try {
    return await importModule(name);
  } catch (error) {
    if (isPackageMissing(name, error)) return new NotInstalled(error);
    throw brokenPackage(name, error);
  }
}

export function brokenPackage(name: string, cause: unknown): StorageUnavailableError {
  return new StorageUnavailableError(
    `${name} is installed, but does not load: its native part was not built for this Node. Run: npm rebuild ${name} ` +
      '(npm 12 builds it only if package.json has it under "allowScripts").',
    { outcome: 'not-applied', cause },
  );
}

/** @param purpose - what needs the packages, e.g. `backend "sqlite"` */
export function missingPackages(
  purpose: string,
  packages: readonly string[],
  install: string,
  reason: unknown,
): MissingDependencyError {
  const cause = reason instanceof NotInstalled ? reason.cause : undefined;
  return new MissingDependencyError(purpose, packages, install, { cause });
}

/** What `export default` or `module.exports` is. */
export function defaultExport(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
}

export function isTypeOrm(module: unknown): module is TypeOrmPackage {
  return typeof module === 'object' && module !== null && 'DataSource' in module;
}
