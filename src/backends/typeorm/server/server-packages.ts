import {
  defaultExport,
  importByName,
  importInstalled,
  type ImportModule,
  isTypeOrm,
  missingPackages,
  NotInstalled,
  type TypeOrmPackage,
} from '../dialect/import-package.js';

/** The package that speaks to a server, and how it is installed. */
export interface ServerPackage {
  /** e.g. `postgres`. */
  readonly backend: string;
  /** e.g. `pg`. */
  readonly name: string;
  /** The arguments of `npm install` that resolve today; the ranges are those of `peerDependencies`. */
  readonly install: string;
}

/** What a DataSource is made of. */
export interface ServerPackages extends TypeOrmPackage {
  /** The driver's package, handed to TypeORM, so that it is the one seen from here. */
  readonly driver: unknown;
}

/**
 * Loads TypeORM and the driver's package.
 * @throws MissingDependencyError naming the package that is missing and the install command
 */
export async function loadServerPackages(
  { backend, name, install }: ServerPackage,
  importModule: ImportModule = importByName,
): Promise<ServerPackages> {
  const purpose = `backend "${backend}"`;
  const typeorm = await importInstalled('typeorm', importModule);
  if (!isTypeOrm(typeorm)) throw missingPackages(purpose, ['typeorm'], install, typeorm);
  const driver = await importInstalled(name, importModule);
  if (driver instanceof NotInstalled) throw missingPackages(purpose, [name], install, driver);
  return { DataSource: typeorm.DataSource, driver: defaultExport(driver) };
}
